import {
  cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { projectRoot, runNode } from '../tools/lib/run.ts'

let root = ''
const tool = (name: string) => join(projectRoot, 'tools', name)
const stamp = (...args: string[]) =>
  runNode(tool('new-module.ts'), [...args, '--root', root], { cwd: root })
const check = (...folders: string[]) =>
  runNode(tool('check.ts'), [...folders, '--root', root], { cwd: root })
const read = (path: string) => readFileSync(join(root, path), 'utf8')

type Plant = readonly [what: string, path: string, text: string, words: string]

/** Plants all of them, checks once, and puts everything back. */
async function checkWith(plants: readonly Plant[], ...folders: string[]) {
  const before = plants.map(([, path]) =>
    [path, existsSync(join(root, path)) ? read(path) : undefined] as const)
  for (const [, path, text] of plants) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const outcome = await check(...folders)
  for (const [path, text] of before) {
    if (text === undefined) rmSync(join(root, path))
    else writeFileSync(join(root, path), text)
  }
  return outcome
}

/** The catalog of the project, with the refusals of a house that has no module yet. */
function plantWords(path: string): void {
  const words = JSON.parse(readFileSync(join(projectRoot, path), 'utf8')) as Record<string, string>
  const kept = Object.entries(words).filter(([id]) => /^refusal\.(http\.|sdk\.|unknown$)/.test(id))
  writeFileSync(join(root, path), JSON.stringify(Object.fromEntries(kept)))
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'silkcast-new-module-'))
  for (const path of ['kernel', 'package.json', 'tsconfig.json', 'tsconfig.web.json']) {
    cpSync(join(projectRoot, path), join(root, path), { recursive: true })
  }
  mkdirSync(join(root, 'docs'))
  mkdirSync(join(root, 'ui/words'), { recursive: true })
  for (const language of ['en', 'zh-Hans', 'ar']) plantWords(`ui/words/${language}.json`)
  symlinkSync(join(projectRoot, 'node_modules'), join(root, 'node_modules'))
  const { code, output } = await stamp('trade/return-slips')
  expect(code, output).toBe(0)
}, 120_000)
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('a stamped module', () => {
  test('has every room, named after it', () => {
    const folder = 'modules/trade/return-slips'
    expect(read(`${folder}/SPEC.md`)).toContain('- RTR1 ')
    expect(read(`${folder}/contract.ts`)).toContain('trade.return_slips.name_empty')
    expect(read(`${folder}/index.ts`)).toContain('export function makeReturnSlips(')
    expect(read(`${folder}/tables.ts`)).toContain("'trade_return_slips.entries': EntriesTable")
    for (const room of ['events', 'model', 'store', 'routes', 'testing', 'return-slips.test']) {
      expect(existsSync(join(root, folder, `${room}.ts`)), room).toBe(true)
    }
    expect(read('docs/errors.md')).toContain('`trade.return_slips.name_empty` | 422 |')
    expect(read('docs/events.md')).toContain('### ReturnSlipsEntryAdded v1')
  })

  test('passes the whole check at once', async () => {
    const { code, output } = await check()
    expect(output).toMatch(/check passed: \d+ parts in/)
    expect(code).toBe(0)
  }, 60_000)

  test('passes its own tests', async () => {
    const { code, output } = await runNode(join(projectRoot, 'node_modules/vitest/vitest.mjs'),
      ['run', 'modules', '--root', root], { cwd: root, env: { NO_COLOR: '1' } })
    expect(output).toMatch(/Tests +7 passed \(7\)/)
    expect(code).toBe(0)
  }, 60_000)

  test('is not stamped over another, nor with a bad name, wing or prefix', async () => {
    for (const [words, ...args] of [
      ['exists already', 'trade/return-slips'],
      ['no wing of the house', 'shop/returns'],
      ['not a kebab-case noun', 'trade/Returns'],
      ['not a kebab-case noun', 'trade/..'],
      ['Stamps the rooms', 'trade/../../elsewhere'],
      ['Stamps the rooms', 'trade'],
      ['the prefix RTR is taken', 'trade/returns', '--prefix', 'RTR'],
      ['give a prefix', 'trade/returns', '--prefix', 'rt'],
    ] as const) {
      const { code, output } = await stamp(...args)
      expect(output).toContain(words)
      expect(code).toBe(1)
    }
    expect(existsSync(join(root, 'modules/trade/returns'))).toBe(false)
  }, 60_000)
})

const FOLDER = 'modules/trade/return-slips'

const PLANTS: readonly Plant[] = [
  ['a wrong type', `${FOLDER}/a.ts`, "export const a: number = 'x'\n", 'a.ts(1,14): error TS2322'],
  ['a browser on the server', `${FOLDER}/b.ts`, 'export const a = document\n', 'error TS2584'],
  ['Node in a browser', 'ui/a.ts', 'export const a = process.pid\n', 'ui/a.ts(1,18): error TS'],
  ['an unused name', `${FOLDER}/c.ts`, 'const a = 1\n', 'c.ts:1:7: Variable'],
  ['any', `${FOLDER}/d.ts`, 'export const a = (b: any) => b\n', '(no-explicit-any)'],
  ['a default export', `${FOLDER}/e.ts`, 'export default 1\n', '(no-default-export)'],
  ['an import of nothing', `${FOLDER}/f.ts`, "import './nowhere.ts'\n", '[resolvable]'],
  ['a banned call', `${FOLDER}/g.ts`, 'export const a = Date.now()\n', '[banned-calls]'],
  ['a refusal without a sentence', 'ui/words/en.json', '{}\n',
    'no sentence for refusal.trade.return_slips.name_empty'],
  ['a file without a tsconfig', 'apps/elsewhere/a.ts', 'export const a = 1\n',
    'apps/elsewhere/a.ts belongs to no tsconfig'],
  ['stale refusals', 'docs/errors.md', '# Refusals\n', 'docs/errors.md is out of date'],
  ['stale facts', 'docs/events.md', '# Facts\n', 'docs/events.md is out of date'],
  ['stale tables', `${FOLDER}/tables.ts`, 'export {}\n', 'tables.ts is out of date'],
]

describe('the check finds what is planted', () => {
  let outcome = { code: 0, output: '' }
  beforeAll(async () => { outcome = await checkWith(PLANTS) }, 60_000)

  test.each(PLANTS)('%s', (_, _path, _text, words) => {
    expect(outcome.output).toContain(words)
    expect(outcome.code).toBe(1)
  })

  test('and judges one folder only when asked', async () => {
    const stale: Plant = ['', 'docs/errors.md', '# Refusals\n', '']
    const elsewhere = await checkWith([stale], 'modules/trade')
    expect(elsewhere.output).toContain('check passed')
    expect(elsewhere.code).toBe(0)
    const here = await checkWith([stale], 'docs')
    expect(here.output).toContain('docs/errors.md is out of date')
    expect(here.code).toBe(1)
  }, 60_000)

  test('a broken migration, a code of another module, facts without a list', async () => {
    const contract = read(`${FOLDER}/contract.ts`).replace("'trade.return", "'trade.other")
    const events = read(`${FOLDER}/events.ts`).replace('const facts', 'const fax')
    const { output } = await checkWith([
      ['', `${FOLDER}/schema/0002_more.sql`, 'alter table nowhere add b int;\n', ''],
      ['', `${FOLDER}/contract.ts`, contract, ''],
      ['', `${FOLDER}/events.ts`, events, ''],
    ])
    expect(output).toContain('0002_more.sql: relation "nowhere" does not exist')
    expect(output).toContain('must start with trade.return_slips.')
    expect(output).toContain('exports no list named facts')
  }, 60_000)

  test('a moment that is no number of milliseconds', async () => {
    const sql = 'alter table trade_return_slips.entries add at timestamptz;\n'
    const { output } = await checkWith([['', `${FOLDER}/schema/0002_more.sql`, sql, '']])
    expect(output).toContain('entries.at is timestamptz: keep a moment as bigint')
  }, 60_000)
})
