import { describe, expect, test } from 'vitest'
import { findBrowser, planBrowser } from '../tools/lib/browser.ts'
import type { Machine } from '../tools/lib/browser.ts'
import { printTables } from '../tools/lib/table-types.ts'
import type { Column } from '../tools/lib/table-types.ts'
import { lastLine, tallyOf } from '../tools/lib/tally.ts'
import type { Report } from '../tools/lib/tally.ts'

describe('the last line of npm test', () => {
  const report = (passed: number, failed: number, pending = 0, files: Report['testResults'] = []) =>
    ({
      numPassedTests: passed, numFailedTests: failed, numPendingTests: pending, numTodoTests: 0,
      testResults: files,
    })
  const line = (...args: Parameters<typeof tallyOf>) => lastLine(tallyOf(...args))

  test('counts what passed, failed and was skipped', () => {
    expect(line(report(7, 0), 0, false)).toBe('7 passed, 0 failed')
    expect(line(report(7, 2), 1, false)).toBe('7 passed, 2 failed')
    expect(line(report(7, 0, 3), 0, false)).toBe('7 passed, 0 failed, 3 skipped')
  })

  test('a file that cannot be loaded counts as failed', () => {
    const broken = [{ status: 'failed', assertionResults: [] }]
    expect(line(report(7, 0, 0, broken), 1, false)).toBe('7 passed, 1 failed')
    const told = [{ status: 'failed', assertionResults: [{ status: 'failed' }] }]
    expect(line(report(7, 1, 0, told), 1, false)).toBe('7 passed, 1 failed')
  })

  test('a run that broke, ran nothing or was not checked never looks green', () => {
    expect(line(undefined, 1, false)).toBe('0 passed, 1 failed')
    expect(line(report(0, 0), 0, false)).toBe('0 passed, 1 failed')
    expect(line(report(7, 0), 1, false)).toBe('7 passed, 1 failed')
    expect(line(report(7, 0), 0, true)).toBe('7 passed, 1 failed')
    expect(line(report(7, 2), 1, true)).toBe('7 passed, 3 failed')
  })
})

describe('the browser of the tests', () => {
  const machine = (changes: Partial<Machine>): Machine =>
    ({ platform: 'linux', isRoot: true, release: 'ID=debian\n', hasApt: true, ...changes })

  test('CHROMIUM_PATH comes first, and is not replaced when it is wrong', () => {
    const everywhere = () => true
    expect(findBrowser({ CHROMIUM_PATH: '/opt/mine' }, everywhere)).toBe('/opt/mine')
    expect(findBrowser({ CHROMIUM_PATH: '/gone' }, (path) => path !== '/gone')).toBeUndefined()
    const chrome = '/usr/bin/google-chrome'
    expect(findBrowser({}, (path) => path === chrome)).toBe(chrome)
    expect(findBrowser({}, () => false)).toBeUndefined()
  })

  test('root on Debian installs it, with fonts for Chinese and Arabic', () => {
    const plan = planBrowser(machine({}))
    expect(plan.kind).toBe('install')
    const commands = plan.kind === 'install' ? plan.commands.map((words) => words.join(' ')) : []
    expect(commands[0]).toBe('apt-get update -q')
    expect(commands[1]).toMatch(/^apt-get install -y .*chromium fonts-noto-core fonts-noto-cjk/)
  })

  test.each([
    ['a user on Debian', { isRoot: false }, /^sudo apt-get install -y chromium /],
    ['Ubuntu, whose chromium is a snap', { release: 'ID=ubuntu\nID_LIKE=debian\n' }, /^npx /],
    ['macOS', { platform: 'darwin', hasApt: false, release: '' }, /^brew /],
    ['Fedora', { release: 'ID=fedora\n', hasApt: false }, /^npx playwright-core install/],
  ] as const)('%s is told one command', (_, changes, command) => {
    const plan = planBrowser(machine(changes))
    expect(plan.kind === 'ask' ? plan.command : '').toMatch(command)
  })
})

describe('table types', () => {
  const column = (name: string, changes: Partial<Column> = {}): Column => ({
    table: 'price_lines', name, type: 'text', isNullable: false, hasDefault: false,
    isComputed: false, values: null, ...changes,
  })
  const print = (...columns: Column[]) => printTables('trade/landed-price', columns)

  test('each kind of column', () => {
    expect(print(
      column('id'), column('amount_minor', { type: 'int8' }),
      column('note', { isNullable: true }), column('tags', { type: '_text', hasDefault: true }),
      column('extra', { type: 'jsonb', isNullable: true }), column('raw', { type: 'jsonb' }),
      column('seq', { type: 'int8', hasDefault: true, isComputed: true }),
      column('state', { type: 'state', values: ['open', 'over'] }),
      column('states', { type: '_int4', isNullable: true }),
    )).toBe(`// Generated from schema/*.sql: npm run generate
import type { ColumnType, Generated } from 'kysely'

export interface PriceLinesTable {
  id: string
  amount_minor: number
  note: string | null
  tags: Generated<string[]>
  extra: ColumnType<unknown, string | null, string | null>
  raw: ColumnType<unknown, string, string>
  seq: ColumnType<number, never, never>
  state: 'open' | 'over'
  states: number[] | null
}

export interface TradeLandedPriceTables {
  'trade_landed_price.price_lines': PriceLinesTable
}
`)
  })

  test('a type it does not know stops it', () => {
    expect(() => print(column('area', { type: 'polygon' }))).toThrow('does not know')
    expect(() => print(column('at', { type: 'timestamptz' }))).toThrow('keep a moment as bigint')
  })
})
