import { ok, refuse, type Clock, type Ids, type Log, type OfferId, type ProductId, type Refusal,
  type Result, type ShowId, type Transactor, type VariantId } from '#kernel'
import { actedAtMs, type Show, type ShowRefusal, type Shows } from '#stage/show/contract'
import type { Catalog, Market, Product } from '#trade/catalog/contract'
import { offerLimits, showOffer, type Offer, type OfferDraft, type Offers, type OfferTerms,
} from '#trade/offers/contract'
import type { Stock } from '#trade/stock/contract'

export type CloseReason = 'by_hand' | 'sale_stopped' | 'sold_out'

export interface OpenOfferDeps<Tx> {
  readonly database: Transactor<Tx>
  readonly stock: Pick<Stock<Tx>, 'openAllotment' | 'closeAllotment' | 'readAllotments'>
  readonly offers: Pick<Offers<Tx>, 'open' | 'close' | 'readTerms' | 'readOpen'>
  readonly shows: Pick<Shows<Tx>, 'read' | 'readSelling'>
  readonly catalog: Pick<Catalog, 'read' | 'listMarkets'>
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  /** How far behind a viewer's picture may be and still show the announcement in time, ms: an offer
   *  opens this long after it was announced, and the time to read a price. */
  readonly lagCapMs: number
  pin(showId: ShowId, productId: ProductId, seenMs?: number): Promise<Show | ShowRefusal>
  readonly afterOpen?: (offer: Offer) => void
  readonly afterClose?: (offer: Offer) => void
}

export interface OpenOfferFlow {
  open(showId: ShowId, draft: OfferDraft): Promise<Result<Offer, Refusal>>
  close(showId: ShowId, offerId: OfferId): Promise<Result<Offer, Refusal>>
  /** Ends whatever offer of the show is open, e.g. when the sale is stopped. */
  closeOpen(showId: ShowId, why: CloseReason): Promise<Offer | null>
}

function refuseShow(show: Show | null, productId: string): Refusal | null {
  if (!show) return { code: 'stage.show.unknown' }
  if (show.state === 'ended') return { code: 'stage.show.ended' }
  if (show.state !== 'live') return { code: 'stage.show.not_live' }
  if (show.saleStopped) return { code: 'trade.orders.sale_stopped' }
  if (!show.lineUp.includes(productId)) return { code: 'stage.show.product_not_in_line_up' }
  return null
}

function refusePrices(prices: OfferDraft['prices'], markets: readonly Market[]): Refusal | null {
  const named = Object.entries(prices)
  if (named.length === 0) return { code: 'trade.offers.price_missing' }
  for (const [country, price] of named) {
    const market = markets.find((known) => known.country === country)
    if (market?.currency === price.currency) continue
    return { code: 'trade.offers.price_missing', details: { market: country } }
  }
  return null
}

/** Opens and closes offers: terms, units set aside and the pin belong together. */
export function makeOpenOffer<Tx>(deps: OpenOfferDeps<Tx>): OpenOfferFlow {
  const { database, stock, offers, shows, catalog, clock, ids, log } = deps

  const write = (terms: OfferTerms, product: Product) => database.transaction(async (tx) => {
    // A sale that is stopped meanwhile must not find an offer open afterwards.
    const selling = await shows.readSelling(tx, [terms.showId])
    if (selling.get(terms.showId) !== 'selling') return refuse('trade.orders.sale_stopped')
    const { id, units, perBuyerCap, opensAtMs, closesAtMs } = terms
    const isOpen = await offers.open(tx, terms, clock.nowMs())
    if (!isOpen) return refuse('trade.offers.another_open')
    const variantIds = product.variants.map((variant) => variant.id as VariantId)
    await stock.openAllotment(tx, { id, variantIds, units, perBuyerCap, opensAtMs, closesAtMs })
    return ok(terms)
  })

  async function open(showId: ShowId, draft: OfferDraft): Promise<Result<Offer, Refusal>> {
    const productId = draft.productId as ProductId
    const [show, product, markets] = await Promise.all([
      shows.read(showId), catalog.read(productId), catalog.listMarkets(),
    ])
    const refusal = refuseShow(show, productId) ?? refusePrices(draft.prices, markets)
    if (refusal) return { ok: false, refusal }
    if (product?.status !== 'active') return refuse('trade.catalog.unknown')
    const nowMs = clock.nowMs()
    const mediaMs = actedAtMs(draft.seenMs, nowMs)
    const opensAtMs = nowMs + deps.lagCapMs + offerLimits.readMs
    const written = await write({
      id: ids.make('off'), showId, productId, prices: draft.prices, units: draft.units,
      perBuyerCap: draft.perBuyerCap, mediaMs, opensAtMs,
      closesAtMs: opensAtMs + draft.seconds * 1000,
    }, product)
    if (!written.ok) return written
    const pinned = await deps.pin(showId, productId, draft.seenMs)
    if (typeof pinned === 'string') log.warn('offers.not_pinned', { showId, code: pinned })
    const offer = showOffer(written.value, 'open', { units: draft.units, taken: 0 })
    deps.afterOpen?.(offer)
    return ok(offer)
  }

  async function end(id: OfferId, why: CloseReason): Promise<Offer | null> {
    const terms = await database.transaction(async (tx) => {
      const nowMs = clock.nowMs()
      await stock.closeAllotment(tx, id, nowMs)
      return offers.close(tx, id, why, nowMs)
    })
    if (!terms) return null
    const taken = (await stock.readAllotments([id])).get(id)
    const offer = showOffer(terms, 'closed', taken ?? { units: terms.units, taken: 0 })
    deps.afterClose?.(offer)
    return offer
  }

  return {
    open,
    async close(showId, offerId) {
      const terms = (await offers.readTerms([offerId])).get(offerId)
      if (terms?.showId !== showId) return refuse('trade.offers.unknown')
      const offer = await end(offerId, 'by_hand')
      return offer ? ok(offer) : refuse('trade.offers.over')
    },
    async closeOpen(showId, why) {
      const terms = await offers.readOpen(showId, clock.nowMs())
      return terms ? end(terms.id, why) : null
    },
  }
}
