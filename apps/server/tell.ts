import type { PlacedBatch } from '#flows/place-order'
import type { Clock, Log, PersonId, ProductId, ShowId } from '#kernel'
import type { Gateway } from '#stage/gateway/contract'
import type { Show } from '#stage/show/contract'
import type { Catalog } from '#trade/catalog/contract'
import type { DeskOrder, Order } from '#trade/orders/contract'
import { publicShow, type RoomView } from '../../views/room.ts'

export interface TellDeps {
  readonly gateway: Gateway
  readonly room: RoomView
  readonly catalog: Pick<Catalog, 'readCards'>
  readonly clock: Clock
  readonly log: Log
}

const settleMs = 250

/** An order without what only the desk may see. */
export function forBuyer(order: DeskOrder): Order {
  const {
    buyerId: _buyer,
    isDemo: _demo,
    warehouseId: _warehouse,
    deliveryId: _delivery,
    ...mine
  } = order
  return mine
}

/** Turns what happened in modules and flows into what rooms, people and staff hear. Numbers
 *  that move
 *  with every order (units left, totals, levels) are read once per quarter second, not once per
 *  order. */
export function makeTell(deps: TellDeps) {
  const { gateway, room } = deps
  const pinned = new Map<string, string | null>()
  const lineUps = new Map<ShowId, readonly ProductId[]>()
  const told = new Map<ShowId, Readonly<Record<string, boolean>>>()
  const waiting = new Set<ShowId>()

  /** Which variants of the line-up can be had: only what has changed since it was last said. */
  async function tellStock(showId: ShowId): Promise<void> {
    const ids = lineUps.get(showId) ?? []
    if (ids.length === 0) return
    const cards = [...(await deps.catalog.readCards(ids)).values()]
    const variants = cards.flatMap((card) => card.variants.map((variant) => variant.id))
    const now = await room.readInStock(variants)
    const before = told.get(showId) ?? {}
    told.set(showId, now)
    const changed = Object.entries(now).filter(([id, has]) => before[id] !== has)
    if (changed.length === 0) return
    gateway.tell(showId, { k: 'stock', variants: Object.fromEntries(changed) })
  }

  async function tellNumbers(showId: ShowId): Promise<void> {
    const offer = await room.readOffer(showId)
    if (offer) gateway.tell(showId, { k: 'left', offerId: offer.id, left: offer.left })
    await tellStock(showId)
    for (const event of await room.readStaff(showId)) gateway.tellStaff(showId, event)
  }

  function numbersMoved(showId: ShowId): void {
    if (waiting.has(showId)) return
    waiting.add(showId)
    deps.clock.after(settleMs, () => {
      waiting.delete(showId)
      tellNumbers(showId).catch((cause: unknown) =>
        deps.log.warn('tell.numbers', { cause: String(cause) }),
      )
    })
  }

  function forget(showId: ShowId): void {
    lineUps.delete(showId)
    told.delete(showId)
  }

  async function tellPin(show: Show): Promise<void> {
    const showId = show.id as ShowId
    if (pinned.get(showId) === show.pinnedProductId) return
    pinned.set(showId, show.pinnedProductId)
    const id = show.pinnedProductId as ProductId | null
    const product = id ? ((await deps.catalog.readCards([id])).get(id) ?? null) : null
    gateway.tell(showId, { k: 'pin', product, mediaMs: show.pinnedMediaMs })
    numbersMoved(showId)
  }

  function tellSold(order: Order, isDemo: boolean): void {
    gateway.tellStaff(order.showId as ShowId, {
      k: 'sold',
      order: {
        id: order.id,
        number: order.number,
        title: order.title,
        variantTitle: order.variantTitle,
        quantity: order.quantity,
        total: order.total,
        market: order.market,
        state: order.state,
        isDemo,
        atMs: deps.clock.nowMs(),
      },
    })
    numbersMoved(order.showId as ShowId)
  }

  function orderChanged(order: DeskOrder): void {
    gateway.tellPerson(order.buyerId as PersonId, { k: 'order', order: forBuyer(order) })
    tellSold(order, order.isDemo)
  }

  return {
    showChanged(show: Show): void {
      const showId = show.id as ShowId
      const goods = [...show.lineUp, ...(show.pinnedProductId ? [show.pinnedProductId] : [])]
      lineUps.set(showId, [...new Set(goods)] as ProductId[])
      if (show.state === 'ended') forget(showId)
      gateway.tell(showId, { k: 'show', show: publicShow(show) })
      gateway.tellStaff(showId, { k: 'stage', show })
      tellPin(show).catch((cause: unknown) => deps.log.warn('tell.pin', { cause: String(cause) }))
    },
    /** An offer opened or ended: everyone hears which one is open now, if any. */
    offerChanged(offer: { readonly showId: string }): void {
      const showId = offer.showId as ShowId
      room
        .readOffer(showId)
        .then((open) => gateway.tell(showId, { k: 'offer', offer: open }))
        .catch((cause: unknown) => deps.log.warn('tell.offer', { cause: String(cause) }))
      numbersMoved(showId)
    },
    batchPlaced(batch: PlacedBatch): void {
      for (const { order, buyerId, isDemo } of batch.placed) {
        gateway.tellPerson(buyerId, { k: 'order', order })
        tellSold(order, isDemo)
      }
      batch.expired.forEach(orderChanged)
    },
    /** After an order was paid, expired, cancelled or refunded. */
    orderChanged,
    /** Goods were counted or came in: every room may have more or less to sell. */
    stockCounted(): void {
      for (const showId of lineUps.keys()) numbersMoved(showId)
    },
  }
}

export type Tell = ReturnType<typeof makeTell>
