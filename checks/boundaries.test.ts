import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { projectRoot, runNode } from '../tools/lib/run.ts'

const FILES: Record<string, string> = {
  'kernel/index.ts': 'export const ok = 1\n',
  'modules/trade/stock/contract.ts':
    "import Type from 'typebox'\nimport { ok } from '#kernel'\nexport const a = [Type, ok]\n",
  'modules/trade/stock/leaves.ts': 'export const l = 1\n',
  'modules/trade/stock/limits.ts':
    "import type { l } from './leaves.ts'\nexport const cap = {} as typeof l\n",
  'modules/trade/stock/events.ts': 'export const facts = []\n',
  'modules/trade/stock/model.ts': "export { a } from './contract.ts'\n",
  'modules/trade/stock/store.ts': "import { a } from './model.ts'\nexport const s = a\n",
  'modules/trade/stock/tables.ts': 'export interface TradeStockTables {}\n',
  'modules/trade/stock/index.ts': "export { s } from './store.ts'\n",
  'modules/trade/stock/testing.ts': "export { s } from './store.ts'\n",
  'modules/trade/orders/contract.ts': "export type { a } from '#trade/stock/contract'\n",
  'modules/trade/orders/index.ts':
    "import type { a } from '#trade/stock/contract'\nexport { facts } from '#trade/stock/events'\n"
    + 'export const b = (c: typeof a) => c\n',
  'modules/trade/orders/orders.test.ts': "import { s } from '#trade/stock/testing'\ns\n",
  'modules/insight/metrics/contract.ts': 'export const m = 1\n',
  'flows/place-order.ts': "export { a } from '#trade/stock/contract'\n",
  'views/contract.ts': "export { a } from '#trade/stock/contract'\n",
  'views/desk.ts':
    "export type { TradeStockTables } from '../modules/trade/stock/tables.ts'\n",
  'adapters/pay/index.ts': "export { a } from '#trade/stock/contract'\n",
  'apps/server/compose.ts': "export { s } from '#trade/stock'\nimport '#adapters/pay'\n",
  'apps/room/main.tsx':
    "import { sdk } from '#sdk'\nimport { Button } from '#ui/button.tsx'\n"
    + "import { a } from '#views/contract'\nexport const page = [sdk, Button, a]\n",
  'ui/button.tsx': "import { useState } from 'react'\nexport const Button = useState\n",
  'sdk/index.ts':
    "import type { a } from '#trade/stock/contract'\nexport const sdk = {} as typeof a\n",
  'lab/sim.ts': "export { s } from '#trade/stock'\n",
}

let root = ''

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

/** A copy of the clean house with some files planted into it, as `boundaries` sees it. */
async function check(planted: Record<string, string> = {}) {
  root = mkdtempSync(join(home, 'house-'))
  cpSync(join(projectRoot, 'package.json'), join(root, 'package.json'))
  symlinkSync(join(projectRoot, 'node_modules'), join(root, 'node_modules'))
  for (const [path, text] of Object.entries({ ...FILES, ...planted })) write(path, text)
  return runNode(join(projectRoot, 'tools/boundaries.ts'), ['--root', root], { cwd: root })
}

let home = ''
beforeAll(() => { home = mkdtempSync(join(tmpdir(), 'silkcast-boundaries-')) })
afterAll(() => rmSync(home, { recursive: true, force: true }))

test('a clean house passes, and every file is counted', async () => {
  const { code, output } = await check()
  expect(output).toBe(`${Object.keys(FILES).length} files, 0 findings\n`)
  expect(code).toBe(0)
})

const into = (source: string) => `import '${source}'\n`

/** Rule, file and what is planted there: all in one tree, every one of them to be found. */
const PLANTED: readonly (readonly [rule: string, path: string, text: string])[] = [
  ['no-cycles', 'modules/trade/stock/leaves.ts',
    "import type { cap } from './limits.ts'\nexport const l = {} as typeof cap\n"],
  ['resolvable', 'modules/trade/b/index.ts', into('#trade/stock/store')],
  ['resolvable', 'modules/trade/c/index.ts', into('./nowhere.ts')],
  ['resolvable', 'ui/d.tsx', into('no-such-package')],
  ['kernel-alone', 'kernel/a.ts', into('#trade/stock/contract')],
  ['kernel-browser-safe', 'kernel/b.ts', into('node:fs')],
  ['module-asks-contracts', 'modules/trade/d/index.ts', into('#trade/stock')],
  ['module-asks-contracts', 'modules/trade/e/index.ts',
    "import type { s } from '#trade/stock'\nexport type S = typeof s\n"],
  ['module-asks-contracts', 'modules/trade/f/index.ts',
    "export const a = () => import('#trade/stock')\n"],
  ['module-asks-contracts', 'modules/trade/g/index.ts', into('#adapters/pay')],
  ['module-asks-contracts', 'modules/trade/h/index.ts', into('#flows/place-order')],
  ['module-inside', 'modules/trade/i/i.test.ts', into('../stock/store.ts')],
  ['module-inside', 'modules/trade/j/index.ts', into('../stock/model.ts')],
  ['module-inside-from-outside', 'apps/server/a.ts', into('../../modules/trade/stock/store.ts')],
  ['module-inside-from-outside', 'lab/a.ts', into('../modules/trade/stock/model.ts')],
  ['insight-unheard', 'modules/trade/k/index.ts', into('#insight/metrics/contract')],
  ['contract-is-pure', 'modules/trade/l/contract.ts', into('node:crypto')],
  ['contract-is-pure', 'modules/trade/m/contract.ts', into('kysely')],
  ['contract-is-pure', 'modules/trade/n/contract.ts', into('../stock/tables.ts')],
  ['model-is-pure', 'modules/trade/o/model.ts', into('node:fs/promises')],
  ['model-is-pure', 'modules/trade/p/model.ts', into('pg')],
  ['flows-act-by-contract', 'flows/a.ts', into('#trade/stock')],
  ['flows-act-by-contract', 'flows/b.ts', into('#adapters/pay')],
  ['views-read', 'views/a.ts', into('../modules/trade/stock/store.ts')],
  ['adapter-fills-a-port', 'adapters/pay/a.ts', into('#trade/stock')],
  ['adapter-fills-a-port', 'adapters/mail/index.ts', into('#adapters/pay')],
  ['sdk-speaks-contracts', 'sdk/a.ts', into('#trade/stock')],
  ['ui-knows-nobody', 'ui/a.tsx', into('#trade/stock/contract')],
  ['ui-knows-nobody', 'ui/b.tsx', into('#kernel')],
  ['web-app-knows', 'apps/room/a.tsx', into('#trade/stock')],
  ['web-app-knows', 'apps/desk/a.tsx', into('#views/desk')],
  ['web-without-node', 'apps/studio/a.tsx', into('node:path')],
  ['web-without-node', 'sdk/b.ts', into('node:path')],
  ['apps-apart', 'apps/server/b.ts', into('../room/main.tsx')],
  ['apps-on-top', 'adapters/pay/b.ts', into('../../apps/server/compose.ts')],
  ['product-without-rigs', 'modules/trade/q/index.ts', into('#trade/stock/testing')],
  ['product-without-rigs', 'apps/server/c.ts', into('../../lab/sim.ts')],
]

describe('a planted violation is reported', () => {
  let outcome = { code: 0, output: '' }
  beforeAll(async () => {
    outcome = await check(Object.fromEntries(PLANTED.map(([, path, text]) => [path, text])))
  })

  test.each(PLANTED)('%s in %s: %j', (rule, path) => {
    const lines = outcome.output.split('\n').filter((line) => line.startsWith(`${path} -> `))
    expect(lines.join('\n'), outcome.output).toContain(`[${rule}]`)
    expect(outcome.code).toBe(1)
  })

  test('and nothing of the clean house beside them', () => {
    const accused = outcome.output.split('\n').map((line) => line.split(' -> ')[0]!)
    const plants = new Set(PLANTED.map(([, path]) => path))
    expect(accused.filter((path) => Object.hasOwn(FILES, path) && !plants.has(path))).toEqual([])
  })
})

test('a file that was not checked is named, so that a deaf parser cannot pass', async () => {
  const { code, output } = await check()
  expect(code, output).toBe(0)
  const config = "export default { forbidden: [], options: { exclude: { path: '.' } } }\n"
  write('deaf.mjs', config)
  const deaf = await runNode(join(projectRoot, 'tools/boundaries.ts'),
    ['--root', root, '--config', join(root, 'deaf.mjs')], { cwd: root })
  expect(deaf.output).toContain('0 files were checked')
  expect(deaf.output).toContain('kernel/index.ts was not checked')
  expect(deaf.code).toBe(1)
})
