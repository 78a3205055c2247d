import type { Clock, OfferId, ProductId, ShowId, VariantId } from '#kernel'
import type { Chat } from '#stage/chat/contract'
import type { Gateway, PublicShow, RoomSnapshot, StaffEvent } from '#stage/gateway/contract'
import type { Show, Shows } from '#stage/show/contract'
import type { Catalog } from '#trade/catalog/contract'
import type { Offer, Offers, OfferTerms } from '#trade/offers/contract'
import type { Orders } from '#trade/orders/contract'
import type { Stock } from '#trade/stock/contract'

export interface RoomViewDeps {
  readonly shows: Pick<Shows<never>, 'read'>
  readonly catalog: Pick<Catalog, 'readCards'>
  readonly offers: Pick<Offers<never>, 'readOpen'>
  readonly stock: Pick<Stock<never>, 'readAllotments' | 'readLevels'>
  readonly orders: Pick<Orders<never>, 'readTotals'>
  readonly chat: Pick<Chat, 'latest'>
  readonly gateway: () => Pick<Gateway, 'count'>
  readonly clock: Clock
}

export const publicShow = (show: Show): PublicShow => ({
  id: show.id,
  slug: show.slug,
  title: show.title,
  merchant: show.merchant,
  state: show.state,
  signal: show.signal,
  startsAtMs: show.startsAtMs,
  endedAtMs: show.endedAtMs,
  saleStopped: show.saleStopped,
  isDemo: show.isDemo,
  hasReplay: show.hasReplay,
})

export const toOffer = (terms: OfferTerms, left: number, state: 'open' | 'closed'): Offer => ({
  id: terms.id,
  showId: terms.showId,
  productId: terms.productId,
  state,
  prices: { ...terms.prices },
  units: terms.units,
  left,
  perBuyerCap: terms.perBuyerCap,
  mediaMs: terms.mediaMs,
  opensAtMs: terms.opensAtMs,
  closesAtMs: terms.closesAtMs,
})

/** Everything a viewer or the studio needs to draw a room from nothing. */
export function makeRoomView(deps: RoomViewDeps) {
  async function readOffer(showId: ShowId): Promise<Offer | null> {
    const terms = await deps.offers.readOpen(showId, deps.clock.nowMs())
    if (!terms) return null
    const taken = (await deps.stock.readAllotments([terms.id as OfferId])).get(terms.id)?.taken ?? 0
    return toOffer(terms, Math.max(0, terms.units - taken), 'open')
  }

  async function readInStock(variantIds: readonly string[]): Promise<Record<string, boolean>> {
    if (variantIds.length === 0) return {}
    const levels = await deps.stock.readLevels(variantIds as readonly VariantId[])
    const inStock = Object.fromEntries(variantIds.map((id) => [id, false]))
    for (const level of levels) inStock[level.variantId] = level.onHand - level.held > 0
    return inStock
  }

  async function readRoom(showId: ShowId): Promise<RoomSnapshot | null> {
    const show = await deps.shows.read(showId)
    if (!show) return null
    const ids = [
      ...new Set([...show.lineUp, ...(show.pinnedProductId ? [show.pinnedProductId] : [])]),
    ]
    const [cards, offer, chat] = await Promise.all([
      deps.catalog.readCards(ids as ProductId[]),
      readOffer(showId),
      // A replay says what was said when it was said.
      show.hasReplay ? [] : deps.chat.latest(showId, 50),
    ])
    const pinned = cards.get(show.pinnedProductId as ProductId) ?? null
    const lineUp = show.lineUp.flatMap((id) => cards.get(id as ProductId) ?? [])
    const variantIds = [...cards.values()].flatMap((card) =>
      card.variants.map((variant) => variant.id),
    )
    const { viewers, demo } = deps.gateway().count(showId)
    return {
      show: publicShow(show),
      pinned,
      pinnedMediaMs: pinned ? show.pinnedMediaMs : null,
      offer,
      chat,
      lineUp,
      inStock: await readInStock(variantIds),
      viewers,
      demoViewers: demo,
    }
  }

  async function readStaff(showId: ShowId): Promise<StaffEvent[]> {
    const [show, totals, levels] = await Promise.all([
      deps.shows.read(showId),
      deps.orders.readTotals(showId),
      deps.stock.readLevels(),
    ])
    return [
      ...(show ? [{ k: 'stage' as const, show }] : []),
      { k: 'totals', totals },
      { k: 'countries', countries: deps.gateway().count(showId).countries },
      {
        k: 'levels',
        levels: levels.map(({ variantId, onHand, held }) => ({ variantId, onHand, held })),
      },
    ]
  }

  return { readRoom, readStaff, readOffer, readInStock }
}

export type RoomView = ReturnType<typeof makeRoomView>
