import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** `npm run bench -- orders`: a table for people, then one JSON object as the last line. Each bench
 *  is a file beside this one that exports `run`. */
const [name = '', ...options] = process.argv.slice(2)
const file = join(import.meta.dirname, `${name}.ts`)
if (!/^[a-z][a-z-]*$/.test(name) || name === 'main' || !existsSync(file)) {
  const known = readdirSync(import.meta.dirname)
    .filter((entry) => entry.endsWith('.ts') && entry !== 'main.ts' && !entry.includes('.test.'))
    .map((entry) => entry.slice(0, -3))
  console.error(`Which bench? npm run bench -- ${known.join('|')}`)
  process.exit(2)
}
const bench = await import(pathToFileURL(file).href) as {
  run(options: readonly string[]): Promise<void>
}
await bench.run(options)
