import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { codeFolders, isChecked } from './lib/folders.ts'
import { generators } from './lib/generators.ts'
import { projectRoot, rootFromArguments, runNode } from './lib/run.ts'
import { isCode, readTree } from './tidy/source.ts'

/** What one part of the check answers: its findings, one a line, and what it looked at. */
interface Verdict {
  readonly findings: readonly string[]
  readonly summary: string
}

interface Part {
  readonly name: string
  run(): Promise<Verdict>
}

const root = rootFromArguments()
const inPackage = (path: string) => join(projectRoot, 'node_modules', path)
// `npm run check -- modules/trade/stock` judges one folder only.
const folders = process.argv.slice(2)
  .filter((word, at, words) => !word.startsWith('--') && words[at - 1] !== '--root')
const lines = (text: string) => text.split('\n').filter((line) => line.trim() !== '')

const MOST_PRINTED = 80

async function compile(project: string): Promise<{ findings: string[]; files: Set<string> }> {
  const { code, output } = await runNode(inPackage('typescript/bin/tsc'),
    ['-p', join(root, project), '--listFiles', '--pretty', 'false'], { cwd: root })
  const isPath = (line: string) => /^(\/|[A-Za-z]:[\\/])/.test(line)
  const findings = lines(output).filter((line) => !isPath(line))
  if (code !== 0 && findings.length === 0) findings.push(`tsc -p ${project} ended with ${code}`)
  return { findings, files: new Set(lines(output).filter(isPath)) }
}

async function types(): Promise<Verdict> {
  const paths = readTree(root).map((file) => file.path)
  const projects = paths.filter((path) => /(^|\/)tsconfig(\.\w+)?\.json$/.test(path))
  const results = await Promise.all(projects.map(compile))
  const seen = new Set(results.flatMap((result) => [...result.files]))
  const ours = paths.filter((path) => isCode(path) && isChecked(path))
  // A file that no tsconfig includes is a file whose types nobody checks.
  const unseen = ours.filter((path) => !seen.has(join(root, path)))
    .map((path) => `${path} belongs to no tsconfig`)
  const findings = [...new Set(results.flatMap((result) => result.findings)), ...unseen]
  return { findings, summary: `${ours.length - unseen.length} files, ${projects.length} projects` }
}

async function lint(): Promise<Verdict> {
  const configs = readdirSync(root).filter((name) => name.endsWith('.config.ts'))
  const targets = [...codeFolders.filter((folder) => existsSync(join(root, folder))), ...configs]
  const { code, output } = await runNode(inPackage('oxlint/bin/oxlint'), [
    '-c', join(projectRoot, '.oxlintrc.json'), '-f', 'unix', '--deny-warnings',
    '--report-unused-disable-directives', ...targets,
  ], { cwd: root })
  const findings = lines(output).filter((line) => !/^\d+ problems?$/.test(line))
  if (code === 0) return { findings: [], summary: 'oxlint' }
  return { findings: findings.length > 0 ? findings : [output.trim()], summary: 'oxlint' }
}

/** A script of ours that prints findings, then a line that sums them up. */
async function script(path: string, ...args: string[]): Promise<Verdict> {
  const { code, output } = await runNode(path, ['--root', root, ...args], { cwd: root })
  const printed = lines(output)
  const summary = code === 0 ? printed.at(-1) ?? '' : printed.pop() ?? `ended with ${code}`
  return code === 0 ? { findings: [], summary }
    : { findings: printed.length > 0 ? printed : [summary], summary }
}

const tool = (name: string) => join(projectRoot, 'tools', name)

const parts: Part[] = [
  { name: 'types', run: types },
  { name: 'lint', run: lint },
  { name: 'boundaries', run: () => script(tool('boundaries.ts')) },
  { name: 'tidy', run: () => script(tool('tidy/main.ts')) },
  { name: 'words', run: () => script(tool('words.ts'), '--check') },
  ...generators(projectRoot).map(({ name, script: path }) =>
    ({ name: `generated ${name}`, run: () => script(path, '--check') })),
]

async function runPart(part: Part): Promise<boolean> {
  const start = performance.now()
  const { findings: all, summary } = await part.run()
    .catch((error: unknown): Verdict => ({ findings: [String(error)], summary: 'broke' }))
  const findings = all.filter((line) =>
    folders.length === 0 || folders.some((folder) => line.includes(folder)))
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  const isOk = findings.length === 0
  const result = !isOk ? `${findings.length} findings`
    : all.length > 0 ? `nothing here, ${all.length} findings elsewhere` : summary
  const head = `${isOk ? 'ok  ' : 'FAIL'} ${part.name.padEnd(18)} ${seconds.padStart(5)} s`
  console.log(`${head}  ${result}`)
  for (const finding of findings.slice(0, MOST_PRINTED)) console.log(`       ${finding}`)
  if (findings.length > MOST_PRINTED) {
    console.log(`       and ${findings.length - MOST_PRINTED} more`)
  }
  return isOk
}

const start = performance.now()
const results = await Promise.all(parts.map(runPart))
const failed = results.filter((isOk) => !isOk).length
const seconds = ((performance.now() - start) / 1000).toFixed(1)
console.log(failed === 0
  ? `check passed: ${parts.length} parts in ${seconds} s`
  : `check failed: ${failed} of ${parts.length} parts in ${seconds} s`)
process.exitCode = failed === 0 ? 0 : 1
