import type { Selling } from './goods/goods.ts'
import type { WordId } from './words.ts'

/** What somebody who does not see the screen has been told, or would see now. */
export interface Scene {
  readonly line: 'well' | 'lost' | 'offline'
  readonly show: 'scheduled' | 'live' | 'ended'
  readonly isSaleStopped: boolean
  readonly hasPicture: boolean
  readonly product: {
    readonly id: string
    readonly title: string
    /** As printed, with its currency; empty when it is not sold in this market. */
    readonly price: string
    readonly selling: Selling
    readonly offerId: string | null
    readonly left: number
    /** Of an offer that is announced and not open yet. */
    readonly opensInSeconds: number
  } | null
}

export interface Saying {
  readonly id: WordId
  readonly values?: Readonly<Record<string, string | number>>
}

const LINE: Readonly<Record<Scene['line'], WordId>> = {
  well: 'room.say.connected', lost: 'room.stage.reconnecting', offline: 'room.stage.offline',
}

function ofShow(before: Scene, now: Scene): Saying | null {
  if (now.show !== before.show) {
    if (now.show === 'ended') return { id: 'room.after.title' }
    return now.show === 'live' ? { id: 'room.say.started' } : null
  }
  if (now.isSaleStopped !== before.isSaleStopped) {
    return { id: now.isSaleStopped ? 'room.goods.saleStopped' : 'room.say.saleResumed' }
  }
  return null
}

function ofPicture(before: Scene, now: Scene): Saying | null {
  if (now.show !== 'live' || before.show !== 'live') return null
  if (now.hasPicture === before.hasPicture) return null
  return { id: now.hasPicture ? 'room.say.pictureBack' : 'room.stage.backSoon' }
}

function ofProduct(before: Scene, now: Scene): Saying | null {
  const [was, is] = [before.product, now.product]
  if (!is || now.show === 'ended') return null
  const { title, price, left, opensInSeconds } = is
  const isNew = was?.id !== is.id
  const isSoldOut = is.selling === 'sold_out'
  if (isNew && isSoldOut) return { id: 'room.say.soldOut', values: { title } }
  const isNewOffer = is.offerId !== null && is.offerId !== was?.offerId
  if (isNewOffer && is.selling === 'soon') {
    return { id: 'room.say.offerSoon', values: { title, price, seconds: opensInSeconds } }
  }
  const hasOpened = was?.selling === 'soon' && is.offerId === was.offerId
    && is.offerId !== null && is.selling === 'open'
  if ((isNewOffer || hasOpened) && !isSoldOut) {
    return { id: 'room.say.offer', values: { title, price, left } }
  }
  if (isNew) return { id: 'room.say.pinned', values: { title, price } }
  if (isSoldOut !== (was.selling === 'sold_out')) {
    return isSoldOut ? { id: 'room.say.soldOut', values: { title } }
      : { id: 'room.say.backInStock', values: { title, price } }
  }
  if (was.offerId && !is.offerId) return { id: 'room.say.offerOver', values: { title, price } }
  if (was.price !== is.price && price) return { id: 'room.say.price', values: { title, price } }
  return null
}

/** What is worth saying aloud between two scenes. Counts and countdowns are not: they would never
 *  stop. */
export function sayingsOf(before: Scene, now: Scene): Saying[] {
  const line = now.line === before.line ? null : { id: LINE[now.line] }
  const all = [line, ofShow(before, now), ofPicture(before, now), ofProduct(before, now)]
  return all.filter((one) => one !== null)
}
