import { describe, expect, it } from 'vitest'
import { sayingsOf, type Scene } from './sayings.ts'

const product = {
  id: 'prd_1', title: 'Tea set', price: '€54.90', selling: 'open', offerId: null, left: 0,
  opensInSeconds: 0,
} as const
const scene: Scene = {
  line: 'well', show: 'live', isSaleStopped: false, hasPicture: true, product,
}
const offer = { ...product, price: '€43.92', offerId: 'off_1', left: 38 }
const ids = (before: Scene, now: Scene) => sayingsOf(before, now).map(({ id }) => id)
const withProduct = (change: Partial<NonNullable<Scene['product']>>): Scene =>
  ({ ...scene, product: { ...product, ...change } })

describe('what is said aloud', () => {
  it('is nothing while nothing changes, and nothing for each unit sold', () => {
    expect(sayingsOf(scene, { ...scene })).toEqual([])
    expect(ids({ ...scene, product: offer }, { ...scene, product: { ...offer, left: 12 } }))
      .toEqual([])
  })

  it('is a pin with its price, and an offer with its units', () => {
    expect(sayingsOf({ ...scene, product: null }, scene)).toEqual(
      [{ id: 'room.say.pinned', values: { title: 'Tea set', price: '€54.90' } }])
    expect(sayingsOf(scene, { ...scene, product: offer })).toEqual(
      [{ id: 'room.say.offer', values: { title: 'Tea set', price: '€43.92', left: 38 } }])
    expect(ids({ ...scene, product: offer }, scene)).toEqual(['room.say.offerOver'])
  })

  it('is an offer that will open, and then its opening', () => {
    const soon = withProduct({ ...offer, selling: 'soon', opensInSeconds: 6 })
    expect(sayingsOf(scene, soon)).toEqual([
      { id: 'room.say.offerSoon', values: { title: 'Tea set', price: '€43.92', seconds: 6 } },
    ])
    expect(ids(soon, withProduct({ ...offer, selling: 'soon', opensInSeconds: 3 }))).toEqual([])
    expect(ids(soon, { ...scene, product: offer })).toEqual(['room.say.offer'])
  })

  it('is a new price, and sold out and back', () => {
    expect(ids(scene, withProduct({ price: '€49.90' }))).toEqual(['room.say.price'])
    const none = withProduct({ selling: 'sold_out' })
    expect(ids(scene, none)).toEqual(['room.say.soldOut'])
    expect(ids(none, scene)).toEqual(['room.say.backInStock'])
    expect(ids({ ...scene, product: null }, none)).toEqual(['room.say.soldOut'])
  })

  it('is the line, and that it is well again', () => {
    const lost: Scene = { ...scene, line: 'lost' }
    expect(ids(scene, lost)).toEqual(['room.stage.reconnecting'])
    expect(ids(lost, { ...scene, line: 'offline' })).toEqual(['room.stage.offline'])
    expect(ids(lost, scene)).toEqual(['room.say.connected'])
  })

  it('is the picture of a live show, and the sale', () => {
    const dark = { ...scene, hasPicture: false }
    expect(ids(scene, dark)).toEqual(['room.stage.backSoon'])
    expect(ids(dark, scene)).toEqual(['room.say.pictureBack'])
    const stopped = withProduct({ selling: 'sale_stopped' })
    expect(ids(scene, { ...stopped, isSaleStopped: true })).toEqual(['room.goods.saleStopped'])
    expect(ids({ ...stopped, isSaleStopped: true }, scene)).toEqual(['room.say.saleResumed'])
  })

  it('is the start and the end of the show, and then no price any more', () => {
    expect(ids({ ...scene, show: 'scheduled', product: null }, { ...scene, product: null }))
      .toEqual(['room.say.started'])
    expect(ids({ ...scene, product: offer }, { ...withProduct({ selling: 'not_live' }),
      show: 'ended' })).toEqual(['room.after.title'])
  })

  it('is everything that changed at once, the line first', () => {
    expect(ids({ ...scene, line: 'lost', product: null }, scene))
      .toEqual(['room.say.connected', 'room.say.pinned'])
  })
})
