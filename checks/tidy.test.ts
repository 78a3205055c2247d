import { describe, expect, test } from 'vitest'
import { runTidy } from '../tools/tidy/index.ts'
import { readTree } from '../tools/tidy/source.ts'
import type { SourceFile } from '../tools/tidy/source.ts'
import { projectRoot } from '../tools/lib/run.ts'

type Planted = Record<string, string>

const STOCK = 'modules/trade/stock'

/** A small house that keeps every rule. */
const CLEAN: Planted = {
  [`${STOCK}/SPEC.md`]: '# trade/stock\n\n- STK1 Never below zero.\n- **STK2** Holds expire.\n',
  [`${STOCK}/contract.ts`]: '/** Limits. */\nexport const limits = { max: 1 } as const\n',
  [`${STOCK}/store.ts`]: "export const read = 'select on_hand from trade_stock.levels'\n",
  [`${STOCK}/schema/0001_start.sql`]: 'create table trade_stock.levels (on_hand int);\n',
  [`${STOCK}/stock.test.ts`]: "test('STK1 never', f)\ntest.each([1])(`STK2 ${'x'}`, f)\n",
  'modules/trade/orders/SPEC.md': '1. ORD1 An order has lines.\n',
  'modules/trade/orders/orders.test.ts': "describe('model', () => { it('ORD1 has', f) })\n",
  'apps/room/buy.tsx': 'export const Buy = (p) => <b aria-label={p.t("buy")}>{p.n} ×&nbsp;2</b>\n',
}

function plant(planted: Planted, base: Planted = CLEAN): string[] {
  const files: SourceFile[] = Object.entries({ ...base, ...planted })
    .map(([path, text]) => ({ path, text })).sort((a, b) => (a.path < b.path ? -1 : 1))
  return runTidy(files).map(({ rule, path, line, message }) =>
    `${rule} ${path}:${line} ${message}`)
}

/** The planted file, and nothing else, is reported by this rule with these words. */
function expectOne(found: readonly string[], rule: string, words: RegExp): void {
  expect(found).toHaveLength(1)
  expect(found[0]).toMatch(new RegExp(`^${rule} `))
  expect(found[0]).toMatch(words)
}

const lines = (count: number, text = 'export {}') => `${text}\n`.repeat(count)

test('a clean house has no findings', () => {
  expect(plant({})).toEqual([])
})

test('the project itself keeps its rules', () => {
  const found = runTidy(readTree(projectRoot))
  expect(found.map(({ path, line, message }) => `${path}:${line} ${message}`)).toEqual([])
})

describe('spec rules', () => {
  const spec = `${STOCK}/SPEC.md`

  test('a rule without a test', () => {
    expectOne(plant({ [spec]: '- STK1 a\n- STK2 b\n- STK3 c\n' }), 'spec-rules', /STK3 has no test/)
  })

  test('the id must stand at the start of the name, and whole', () => {
    const tests = "test('STK2 x', f)\ntest('covers STK1', f)\ntest('STK10 x', f)\n"
    const found = plant({ [`${STOCK}/stock.test.ts`]: tests })
    expect(found.join()).toMatch(/STK1 has no test/)
    expect(found.join()).toMatch(/names STK10, which no SPEC.md has/)
  })

  test('prose that begins with a name of that form is no rule', () => {
    const text = '- STK1 a\n- STK2 b, kept as\nMP4 and\nSHA256 sums.\n'
    expect(plant({ [spec]: text })).toEqual([])
  })

  test('one test may stand for two rules', () => {
    expect(plant({ [`${STOCK}/stock.test.ts`]: "test('STK1, STK2 both', f)\n" })).toEqual([])
  })

  test('more than 25 rules', () => {
    const ids = Array.from({ length: 26 }, (_, at) => `STK${at + 1}`)
    const found = plant({
      [spec]: ids.map((id) => `- ${id} x\n`).join(''),
      [`${STOCK}/stock.test.ts`]: ids.map((id) => `test('${id} x', f)\n`).join(''),
    })
    expectOne(found, 'spec-rules', /26 rules, at most 25/)
  })

  test('a number used twice, a prefix used twice, no rules, no SPEC', () => {
    expectOne(plant({ [spec]: '- STK1 a\n- STK1 b\n- STK2 c\n' }), 'spec-rules', /numbered twice/)
    const twin = { 'modules/trade/offers/SPEC.md': '- STK1 mine\n' }
    expectOne(plant(twin), 'spec-rules', /STK already belongs to modules\/trade\//)
    const empty = { 'modules/trade/offers/SPEC.md': 'Owns offers.\n' }
    expectOne(plant(empty), 'spec-rules', /no numbered rule/)
    const none = { 'modules/trade/offers/model.ts': 'export {}\n' }
    expectOne(plant(none), 'spec-rules', /offers\/SPEC.md:1 a module needs/)
  })
})

describe('banned calls', () => {
  test.each([
    ['const a = Date.now()', /Date\.now/],
    ['const a = new Date()', /new Date\(\)/],
    ['const a = Date()', /Date\(\)/],
    ['const a = globalThis.Date.now()', /Date\.now/],
    ['const clock = { now: Date.now }', /Date\.now/],
    ['const a = performance.now()', /performance\.now/],
    ['const a = Math.random()', /Math\.random/],
    ['const a = crypto.randomUUID()', /randomUUID/],
    ["import { randomBytes } from 'node:crypto'\nconst a = randomBytes(3)", /randomBytes/],
    ['setTimeout(f, 1)', /setTimeout/],
    ['const later = setTimeout', /setTimeout/],
    ['setInterval(f, 1)', /setInterval/],
    ["import { setTimeout as wait } from 'node:timers/promises'", /node:timers/],
    ["await fetch('https://a')", /fetch/],
    ['const a = process.env.PORT', /process\.env/],
    ["const a = process.env['PORT']", /process\.env/],
    ['console.log(1)', /console/],
    ['const q = `update levels set at = now()`', /now\(\) in SQL/],
    ["const q = 'select current_timestamp'", /current_timestamp in SQL/],
  ])('%s', (text, words) => {
    expectOne(plant({ [`${STOCK}/model.ts`]: `${text}\n` }), 'banned-calls', words)
    expectOne(plant({ 'flows/place-order.ts': `${text}\n` }), 'banned-calls', words)
  })

  test('the clock of the database in a migration', () => {
    const text = 'create table trade_stock.levels (at bigint default now());\n'
    expectOne(plant({ [`${STOCK}/schema/0001_start.sql`]: text }), 'banned-calls', /now\(\)/)
  })

  test('what is no call of a global is let be', () => {
    const text = [
      'const a = new Date(5)', 'const b = deps.fetch(1)', 'const c = (fetch) => fetch(1)',
      'const d = { fetch: 1, console: 2 }', 'type A = typeof Date',
      "const e = 'at this moment, now()'",
      'interface B { setTimeout(): void }', 'const f = deps.clock.now()', '',
    ].join('\n')
    expect(plant({ [`${STOCK}/model.ts`]: text })).toEqual([])
  })

  test('a store in memory may not, though it lies beside the tests', () => {
    const text = 'export const at = () => Date.now()\n'
    expectOne(plant({ [`${STOCK}/testing.ts`]: text }), 'banned-calls', /Date\.now/)
  })

  test('tests and apps may', () => {
    expect(plant({
      [`${STOCK}/testing/conformance.ts`]: "import { test } from 'vitest'\nsetTimeout(f, 1)\n",
      [`${STOCK}/stock.test.ts`]: "test('STK1, STK2', () => setTimeout(f, 1))\n",
      'apps/server/main.ts': 'console.log(process.env.PORT)\n',
    })).toEqual([])
  })
})

describe('names', () => {
  test.each([
    ['kernel/boundedQueue.ts', /"boundedQueue.ts" is not kebab/],
    [`${STOCK}/stock_model.ts`, /"stock_model.ts" is not kebab/],
    ['modules/trade/orders/Model/a.ts', /folder "Model" is not kebab/],
    [`${STOCK}/schema/2_more.sql`, /is not like 0001_start.sql/],
  ])('%s', (path, words) => {
    expectOne(plant({ [path]: '' }), 'file-names', words)
  })

  test('documents, languages, configs and numbers are fine', () => {
    expect(plant({
      'ui/words/zh-Hans.json': '', 'ui/README.md': '', 'apps/room/vite.config.ts': '',
      'adapters/http/.keep': '', 'lab/clip-60s.mp4': '', 'docs/decisions/0001-type-ids.md': '',
    })).toEqual([])
  })
})

describe('sizes', () => {
  test.each([
    ['a file', `${STOCK}/model.ts`, lines(401), /file: 401 lines, law 400/],
    ['a test', 'lab/a.test.ts', lines(601), /file: 601 lines, law 600/],
    ['a line', 'kernel/a.ts', `// ${'x'.repeat(98)}\n`, /line: 101 columns, law 100$/],
    ['a function', 'kernel/a.ts', `export function big() {\n${lines(69, '  f()')}}\n`,
      /function big: 71 lines, law 70/],
    ['an arrow', 'ui/a.tsx', `export const Big = () => {\n${lines(69, '  f()')}}\n`,
      /function Big: 71 lines/],
    ['a method', 'kernel/a.ts', `export const a = {\n  big() {\n${lines(69, '  f()')}  },\n}\n`,
      /function big: 71 lines/],
  ])('%s over the law', (_, path, text, words) => {
    expectOne(plant({ [path]: text }), 'sizes', words)
  })

  test('a maker is judged without its inner functions, and they one by one', () => {
    const method = (name: string, count: number) =>
      `  ${name}() {\n${lines(count, '    f()')}  },\n`
    const maker = (inner: string, own: number) =>
      `export function makeA() {\n${lines(own, '  f()')}  return {\n${inner}  }\n}\n`
    const twoShort = method('a', 60) + method('b', 60)
    expect(plant({ 'kernel/a.ts': maker(twoShort, 60) })).toEqual([])
    expectOne(plant({ 'kernel/a.ts': maker(twoShort, 66) }), 'sizes', /makeA: 72 lines/)
    expectOne(plant({ 'kernel/a.ts': maker(method('a', 69), 1) }), 'sizes', /function a: 71 lines/)
  })

  test('at the law, and what is exempt', () => {
    expect(plant({
      [`${STOCK}/model.ts`]: lines(400),
      [`${STOCK}/tables.ts`]: lines(900),
      'kernel/a.ts': `export function big() {\n${lines(68, '  f()')}}\n// ${'x'.repeat(97)}\n`,
      'kernel/b.ts': `// https://example.org/${'x'.repeat(90)}\n`,
      'lab/a.test.ts': `test('x', () => {\n${lines(90, '  f()')}})\n`,
    })).toEqual([])
  })

  test('a module and the kernel as a whole', () => {
    const parts = (folder: string, count: number) => Object.fromEntries(
      Array.from({ length: count }, (_, at) => [`${folder}/part-${at}.ts`, lines(400)]))
    expectOne(plant(parts(`${STOCK}/model`, 15)), 'sizes', /module: 6003 lines, law 6000/)
    expectOne(plant(parts('kernel', 7)), 'sizes', /kernel: 2800 lines, law 2500/)
  })

  const debt = (size: number, reason = 'a table') => ({
    'tools/size-debt.json':
      JSON.stringify([{ path: `${STOCK}/model.ts`, what: 'file', size, reason }]),
  })
  const big = { [`${STOCK}/model.ts`]: lines(450) }

  test('a debt with a reason is let be, and only falls', () => {
    expect(plant({ ...big, ...debt(450) })).toEqual([])
    expect(plant({ ...big, ...debt(460) })).toEqual([])
    expectOne(plant({ ...big, ...debt(449) }), 'sizes', /file: 450 lines/)
    expectOne(plant({ ...big, ...debt(461) }), 'sizes', /allows 461, it is 450 now/)
    expectOne(plant({ ...big, ...debt(450, ' ') }), 'sizes', /gives no reason/)
    expectOne(plant(debt(450)), 'sizes', /within the law now: remove/)
  })
})

describe('plain TypeScript', () => {
  test.each([
    ['enum Color { Red }', /no enum/],
    ['namespace A { export const b = 1 }', /no namespace/],
    ['@sealed class A {}', /no decorators/],
    ['class A { constructor(private readonly b: string) {} }', /no parameter properties/],
    ['const a = 1;', /no semicolons/],
    ['const a = (', /does not parse/],
  ])('%s', (text, words) => {
    expectOne(plant({ 'kernel/a.ts': `${text}\n` }), 'plain-typescript', words)
  })

  test('for loops, guards against joined lines and ambient modules are fine', () => {
    const text = 'for (let a = 0; a < 1; a++) f()\n;[1].map(f)\ndeclare global { var a: 1 }\n'
    expect(plant({ 'kernel/a.ts': text })).toEqual([])
  })
})

describe('documented exports', () => {
  test.each([
    'export const a = 1', 'export interface A { b: 1 }', 'export type A = 1',
    'export function a() {}', '// not a doc comment\nexport const a = 1',
    '/** About b. */\nconst b = 1\nexport const a = b',
  ])('%s', (text) => {
    const found = plant({ [`${STOCK}/contract.ts`]: `${text}\n` })
    expectOne(found, 'documented-exports', /export "[aA]" has no doc comment/)
    expectOne(plant({ [`${STOCK}/events.ts`]: `${text}\n` }), 'documented-exports', /no doc/)
  })

  test('a type beside its schema shares the sentence', () => {
    const text = '/** An order. */\nexport const Order = 1\nexport type Order = typeof Order\n'
    expect(plant({ [`${STOCK}/contract.ts`]: text })).toEqual([])
  })
})

describe('words in JSX', () => {
  test.each([
    ['<p>Sold out</p>', /in JSX/],
    ["<p>{'Sold out'}</p>", /in JSX/],
    ["<p>{live ? 'Live' : t('x')}</p>", /in JSX/],
    ["<p>{name ?? 'Guest'}</p>", /in JSX/],
    ['<p>{`Left: ${n}`}</p>', /in JSX/],
    ["<p>{n + ' left'}</p>", /in JSX/],
    ['<>剩余</>', /in JSX/],
    ['<b aria-label="Close" />', /in aria-label/],
    ["<b title={'Close'} />", /in title/],
    ['<input placeholder="Your name" />', /in placeholder/],
    ["<img alt={big ? 'Big' : ''} />", /in alt/],
  ])('%s', (jsx, words) => {
    const text = `export const A = (live, name, n, t, big) => ${jsx}\n`
    expectOne(plant({ 'apps/room/a.tsx': text }), 'jsx-words', words)
    expectOne(plant({ 'ui/a.tsx': text }), 'jsx-words', words)
  })

  test('symbols, numbers, variables, class names and the product name are fine', () => {
    const text = 'export const A = (p) => <p className="sold out" alt="">Silkcast · 24 × {p.n}\n'
      + ' {`${p.a}/${p.b}`} {p.t("sold.out")} → {p.live && <i id="x" />}</p>\n'
    expect(plant({ 'apps/room/a.tsx': text })).toEqual([])
  })
})

describe('foreign tables', () => {
  test.each([
    ['modules/trade/orders/store.ts', 'const q = sql`select 1 from trade_stock.levels`'],
    ['modules/trade/orders/store.ts', "db.selectFrom('trade_stock.levels as l')"],
    ['modules/trade/orders/store.ts', "db.withSchema('trade_stock')"],
    ['modules/trade/orders/schema/0001_start.sql',
      'create table trade_orders.a (b int references "trade_stock"."levels");'],
    ['flows/place-order.ts', "const q = 'update trade_stock.levels set a = 1'"],
    ['apps/server/main.ts', "const q = 'delete from trade_stock.levels'"],
  ])('%s: %s', (path, text) => {
    expectOne(plant({ [path]: `${text}\n` }), 'foreign-tables', /tables of trade_stock/)
  })

  test('views may join, and codes are no tables', () => {
    expect(plant({
      'views/desk.ts': "const q = 'select 1 from trade_stock.levels, trade_orders.orders'\n",
      'modules/trade/orders/model.ts': "const a = 'trade.stock.sold_out' // trade_stock.levels\n",
      'modules/trade/orders/schema/0001_start.sql': '-- beside trade_stock.levels\n',
    })).toEqual([])
  })
})

describe('neighbours', () => {
  const imports = (count: number) => Array.from({ length: count },
    (_, at) => `import type { A${at} } from '#people/m${at}/contract'\n`).join('')

  test('an eighth neighbour', () => {
    expect(plant({ [`${STOCK}/model.ts`]: imports(7) })).toEqual([])
    expectOne(plant({ [`${STOCK}/model.ts`]: imports(8) }), 'neighbours', /knows 8 modules/)
  })

  test('a ninth dependency of a maker', () => {
    const maker = (count: number) => 'export interface Deps {\n'
      + Array.from({ length: count }, (_, at) => `  readonly d${at}: string\n`).join('')
      + '}\nexport function makeStock(deps: Deps) { return deps }\n'
    expect(plant({ [`${STOCK}/index.ts`]: maker(8) })).toEqual([])
    expectOne(plant({ [`${STOCK}/index.ts`]: maker(9) }), 'neighbours', /takes 9 dependencies/)
  })
})

describe('migrations', () => {
  test('a gap in the numbers, and a table in the schema of another', () => {
    const gap = { [`${STOCK}/schema/0003_more.sql`]: 'select 1;\n' }
    expectOne(plant(gap), 'migrations', /is number 3, the next one is 2/)
    const bare = { [`${STOCK}/schema/0001_start.sql`]: 'create table levels (a int);\n' }
    expectOne(plant(bare), 'migrations', /table levels is not in trade_stock/)
  })
})

describe('unfinished', () => {
  // Put together here, so that this file itself has no such comment.
  const marker = (word: string) => `// ${word}: later\nexport {}\n`

  test.each([
    ['kernel/a.ts', marker(['TO', 'DO'].join('')), /finish it/],
    ['kernel/a.ts', marker(['FIX', 'ME'].join('')), /finish it/],
    ['kernel/a.ts', '// @ts-ignore\nf()\n', /silences the compiler/],
    ['lab/a.test.ts', "test.skip('a', f)\n", /\.skip leaves tests out/],
    ['lab/a.test.ts', "describe.only('a', f)\n", /\.only leaves tests out/],
    ['lab/a.test.ts', "it.concurrent.skip('a', f)\n", /\.skip leaves tests out/],
  ])('%s: %j', (path, text, words) => {
    expectOne(plant({ [path]: text }), 'unfinished', words)
  })
})
