import { describe, expect, it } from 'vitest'
import { makeIntents, type Intent, type Shelf } from './intent.ts'

function makeShelf(): Shelf & { readonly all: Map<string, string> } {
  const all = new Map<string, string>()
  return {
    all, getItem: (key) => all.get(key) ?? null, setItem: (key, value) => void all.set(key, value),
    removeItem: (key) => void all.delete(key),
  }
}
const intent: Intent = {
  item: { productId: 'prd_1', variantId: 'var_1', quantity: 2, offerId: null },
  order: {
    key: 'k'.repeat(24), showId: 'sho_1', offerId: null, variantId: 'var_1', quantity: 2,
    market: 'DE',
    unitAmountMinor: 2490, deliveryId: 'adr_1',
  },
}

describe('an intent to buy', () => {
  it('survives a reload with the same key', () => {
    const shelf = makeShelf()
    makeIntents(shelf, 'sho_1').keep(intent)
    expect(makeIntents(shelf, 'sho_1').read()).toEqual(intent)
    expect(makeIntents(shelf, 'sho_2').read()).toBeNull()
  })

  it('is forgotten once answered', () => {
    const shelf = makeShelf()
    const intents = makeIntents(shelf, 'sho_1')
    intents.keep(intent)
    intents.setPaying('ord_1')
    intents.forget()
    expect(intents.read()).toBeNull()
    expect(intents.readPaying()).toBe('ord_1')
    intents.setPaying(null)
    expect(shelf.all.size).toBe(0)
  })

  it.each(['{', 'null', '[]', '{"item":{}}', '"x"',
    '{"item":{"productId":1},"order":{"key":"k"}}'])(
    'ignores what is not an intent: %s', (text) => {
      const shelf = makeShelf()
      shelf.setItem('silkcast.intent.sho_1', text)
      expect(makeIntents(shelf, 'sho_1').read()).toBeNull()
    })

  it('works without storage', () => {
    const broken: Shelf = {
      getItem: () => { throw new Error('denied') }, setItem: () => { throw new Error('full') },
      removeItem: () => { throw new Error('denied') },
    }
    const intents = makeIntents(broken, 'sho_1')
    intents.keep(intent)
    intents.forget()
    intents.setPaying('ord_1')
    expect(intents.read()).toBeNull()
    expect(intents.readPaying()).toBeNull()
  })
})
