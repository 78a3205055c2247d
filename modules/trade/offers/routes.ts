import { ok, routeTable, type OfferId, type Refusal, type Result, type RouteTable, type ShowId,
} from '#kernel'
import type { Who } from '#people/accounts/contract'
import type { Stock } from '#trade/stock/contract'
import { api, showOffer, type Offer, type OfferDraft, type Offers } from './contract.ts'

const LIST_LIMIT = 100

export interface OffersRoutesDeps {
  readonly offers: Pick<Offers<never>, 'list'>
  readonly stock: Pick<Stock<never>, 'readAllotments'>
  /** The open-offer flow. */
  open(who: Who, showId: ShowId, draft: OfferDraft): Promise<Result<Offer, Refusal>>
  close(who: Who, showId: ShowId, offerId: OfferId): Promise<Result<Offer, Refusal>>
}

export function makeOffersRoutes(deps: OffersRoutesDeps): RouteTable {
  const { offers, stock, open, close } = deps
  return routeTable<typeof api, Who>(api, {
    'GET /api/shows/:showId/offers': async ({ params }) => {
      const rows = await offers.list(params.showId as ShowId, LIST_LIMIT)
      const allotments = await stock.readAllotments(rows.map((row) => row.id))
      return ok(rows.map((row) =>
        showOffer(row, row.state, allotments.get(row.id) ?? { units: row.units, taken: 0 })))
    },
    'POST /api/shows/:showId/offers': ({ who, params, body }) =>
      open(who, params.showId as ShowId, body),
    'POST /api/shows/:showId/offers/:offerId/close': ({ who, params }) =>
      close(who, params.showId as ShowId, params.offerId as OfferId),
  })
}
