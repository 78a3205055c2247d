import Type, { type Static } from 'typebox'
import {
  idPattern,
  type Api,
  type Money,
  type OfferId,
  type ProductId,
  type RefusalDoc,
  type ShowId,
} from '#kernel'
import { SeenMs } from '#stage/show/contract'
import { PricesSchema } from '#trade/catalog/contract'

/** Limits: seconds, units, milliseconds. */
export const offerLimits = {
  secondsMin: 10,
  secondsMax: 300,
  unitsMax: 1_000_000,
  perBuyerCapMax: 20,
  /** A viewer's picture may be this far behind and still show an announcement in step, ms. Above
   *  what LL-HLS viewers have (1.3 to 1.7 s, more on a bad line); the Room's player jumps at it. */
  lagCapMs: 6000,
  /** Between the moment at which even the slowest has the announcement and the opening, ms. */
  readMs: 1500,
  /** Orders that come so soon after the opening count as having come together, ms. */
  momentMs: 1000,
} as const

/** Every refusal of this module. */
export const refusalCodes = [
  { code: 'trade.offers.unknown', status: 404, doc: 'No such offer.' },
  {
    code: 'trade.offers.another_open',
    status: 409,
    doc: 'Another offer of this show is open; close it first.',
  },
  { code: 'trade.offers.over', status: 409, doc: 'The offer is over already.' },
  {
    code: 'trade.offers.price_missing',
    status: 422,
    doc: 'An offer needs a price in at least one market, in its currency.',
  },
  {
    code: 'trade.offers.too_early',
    status: 409,
    doc: 'The order came before the instant at which the offer opens for all; nothing is kept.',
  },
] as const satisfies readonly RefusalDoc[]

/** A code of this module. */
export type OffersRefusal = (typeof refusalCodes)[number]['code']

/** What the producer sends to open an offer. */
export const OfferDraftSchema = Type.Object(
  {
    productId: Type.String({ pattern: idPattern('prd') }),
    /** Unit price by market, for every variant of the product. */
    prices: PricesSchema,
    units: Type.Integer({ minimum: 1, maximum: offerLimits.unitsMax }),
    perBuyerCap: Type.Integer({ minimum: 1, maximum: offerLimits.perBuyerCapMax }),
    seconds: Type.Integer({ minimum: offerLimits.secondsMin, maximum: offerLimits.secondsMax }),
    seenMs: SeenMs,
  },
  { additionalProperties: false },
)
/** See OfferDraftSchema. */
export type OfferDraft = Static<typeof OfferDraftSchema>

/** An offer as everyone sees it. Times are server milliseconds; `left` is true, never decorated. */
export const OfferSchema = Type.Object({
  id: Type.String(),
  showId: Type.String(),
  productId: Type.String(),
  state: Type.Union([Type.Literal('open'), Type.Literal('closed')]),
  prices: PricesSchema,
  units: Type.Integer(),
  left: Type.Integer(),
  perBuyerCap: Type.Integer(),
  /** Media time of the announcement: viewers see it when their picture gets there. */
  mediaMs: Type.Integer(),
  /** From this instant on everyone may buy, whatever their picture shows. */
  opensAtMs: Type.Integer(),
  closesAtMs: Type.Integer(),
})
/** See OfferSchema. */
export type Offer = Static<typeof OfferSchema>

const ShowParams = Type.Object({ showId: Type.String({ pattern: idPattern('sho') }) })

/** HTTP surface. */
export const api = {
  'GET /api/shows/:showId/offers': {
    act: 'show.read',
    doc: 'Offers of a show, newest first.',
    params: ShowParams,
    reply: Type.Array(OfferSchema),
  },
  'POST /api/shows/:showId/offers': {
    act: 'show.run',
    perMinute: 30,
    doc: 'Opens an offer now: pins its product and sets its units aside.',
    params: ShowParams,
    body: OfferDraftSchema,
    reply: OfferSchema,
  },
  'POST /api/shows/:showId/offers/:offerId/close': {
    act: 'show.run',
    doc: 'Ends an offer before its time.',
    params: Type.Object({
      showId: Type.String({ pattern: idPattern('sho') }),
      offerId: Type.String({ pattern: idPattern('off') }),
    }),
    reply: OfferSchema,
  },
} as const satisfies Api

/** Terms never change after opening, so they may be cached for ever. */
export interface OfferTerms {
  readonly id: OfferId
  readonly showId: ShowId
  readonly productId: ProductId
  readonly prices: Readonly<Record<string, Money>>
  readonly units: number
  readonly perBuyerCap: number
  readonly mediaMs: number
  readonly opensAtMs: number
  readonly closesAtMs: number
}

/** An offer as everyone sees it, from its terms and the units that are taken. Pure. */
export const showOffer = (
  terms: OfferTerms,
  state: 'open' | 'closed',
  allotment: { units: number; taken: number },
): Offer => ({
  id: terms.id,
  showId: terms.showId,
  productId: terms.productId,
  state,
  prices: { ...terms.prices },
  units: terms.units,
  left: allotment.units - allotment.taken,
  perBuyerCap: terms.perBuyerCap,
  mediaMs: terms.mediaMs,
  opensAtMs: terms.opensAtMs,
  closesAtMs: terms.closesAtMs,
})

/** What flows and views ask of offers. `tx` is the flow's transaction (Kysely). */
export interface Offers<Tx> {
  /** Writes the offer and its fact; null when another offer of the show is open. */
  open(tx: Tx, terms: OfferTerms, nowMs: number): Promise<boolean>
  /** Ends it (by hand or by time); null when it was over already. */
  close(
    tx: Tx,
    id: OfferId,
    why: 'time' | 'by_hand' | 'sale_stopped' | 'sold_out',
    nowMs: number,
  ): Promise<OfferTerms | null>
  readTerms(ids: readonly OfferId[]): Promise<ReadonlyMap<OfferId, OfferTerms>>
  /** The open offer of a show at `nowMs`, if any; time is judged here. */
  readOpen(showId: ShowId, nowMs: number): Promise<OfferTerms | null>
  /** Open offers whose time is over, for the sweeper. */
  listOver(nowMs: number, limit: number): Promise<OfferTerms[]>
  list(showId: ShowId, limit: number): Promise<(OfferTerms & { state: 'open' | 'closed' })[]>
}
