import { beforeEach, describe, expect, it } from 'vitest'
import { makeIds, ok, refuse, systemClock, systemRandom, type Refusal, type Result,
} from '#kernel'
import { isAllowed, type Role, type Who } from '#people/accounts/contract'
import { api, refusalCodes, type Product } from './contract.ts'
import type { CatalogDesk } from './desk.ts'
import { makeCatalogRoutes } from './routes.ts'
import { aDraft } from './testing.ts'

const ids = makeIds({ clock: systemClock, random: systemRandom })
const who = { personId: ids.make('per') }
const product = { id: ids.make('prd') as string, version: 3 } as Product
const audited: string[] = []
let answer: Result<Product, Refusal> = ok(product)

const catalog = {
  save: async () => answer, addPicture: async () => answer, read: async () => null,
  setArchived: async () => answer.ok ? product : null,
  removePicture: async () => answer.ok ? product : null,
  applyImport: async () => answer.ok ? ok({ created: 1, updated: 0, skipped: 0 }) : answer,
} as unknown as CatalogDesk
const { handlers } = makeCatalogRoutes({
  catalog, audit: { record: async (entry) => void audited.push(`${entry.act} ${entry.subject}`) },
})
const call = (name: string) => handlers[name]!({
  who, params: { productId: product.id, pictureId: 'pic', importId: 'imp' }, query: {},
  body: { ...aDraft(), archived: true },
})

const WRITES: Readonly<Record<string, string>> = {
  'POST /api/products': `product.create ${product.id}`,
  'PUT /api/products/:productId': `product.save ${product.id}`,
  'POST /api/products/:productId/archive': `product.archive ${product.id}`,
  'POST /api/products/:productId/pictures': `product.picture_add ${product.id}`,
  'DELETE /api/products/:productId/pictures/:pictureId': `product.picture_remove ${product.id}`,
  'POST /api/products/import/:importId/apply': 'product.import imp',
}

beforeEach(() => void (audited.length = 0))

describe('routes of the catalog', () => {
  it.each(Object.entries(WRITES))('%s is recorded once it is done', async (name, act) => {
    answer = ok(product)
    expect((await call(name)).ok).toBe(true)
    expect(audited).toEqual([act])
    answer = refuse('trade.catalog.unknown')
    expect((await call(name)).ok).toBe(false)
    expect(audited).toEqual([act])
  })

  it('says that a product is not there', async () => {
    expect(await call('GET /api/products/:productId')).toEqual(refuse('trade.catalog.unknown'))
  })

  it('lets only merchant and producer write, and staff read', () => {
    const as = (...roles: Role[]): Who =>
      ({ personId: who.personId, sessionId: null, roles, displayName: '', isDemo: false })
    for (const [name, route] of Object.entries(api)) {
      if (name === 'GET /api/markets') continue
      const isWrite = !name.startsWith('GET')
      expect([name, isAllowed(as(), route.act)]).toEqual([name, false])
      expect([name, isAllowed(as('host'), route.act)]).toEqual([name, !isWrite])
      expect([name, isAllowed(as('producer'), route.act)]).toEqual([name, true])
    }
  })

  it('names every refusal once', () => {
    expect(new Set(refusalCodes.map((it) => it.code)).size).toBe(refusalCodes.length)
  })
})
