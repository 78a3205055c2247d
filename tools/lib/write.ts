import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Writes generated files, or with `--check` says which ones are out of date. */
export function writeOrCompare(
  root: string, printed: Readonly<Record<string, string>>, command: string,
): void {
  const isCheck = process.argv.includes('--check')
  const paths = Object.keys(printed)
  const stale = paths.filter((path) => {
    const full = join(root, path)
    return !existsSync(full) || readFileSync(full, 'utf8') !== printed[path]
  })
  for (const path of stale) {
    if (isCheck) console.log(`${path} is out of date: ${command}`)
    else writeFileSync(join(root, path), printed[path]!)
  }
  const word = isCheck ? 'out of date' : 'written'
  console.log(`${paths.length} generated files, ${stale.length} ${word}`)
  if (isCheck && stale.length > 0) process.exitCode = 1
}
