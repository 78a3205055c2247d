import Type from 'typebox'
import type { FactKind } from '#kernel'

/** An offer opened. */
export const OfferOpened = {
  name: 'OfferOpened',
  version: 1,
  doc: 'An offer opened.',
  payload: Type.Object({
    offerId: Type.String(),
    showId: Type.String(),
    productId: Type.String(),
    units: Type.Integer(),
    perBuyerCap: Type.Integer(),
    /** Media time of the announcement; missing in facts older than the media clock. */
    mediaMs: Type.Optional(Type.Integer()),
    opensAtMs: Type.Integer(),
    closesAtMs: Type.Integer(),
  }),
} as const satisfies FactKind
/** An offer ended. */
export const OfferClosed = {
  name: 'OfferClosed',
  version: 1,
  doc: 'An offer ended: by time, by hand, by stop-sale or sold out.',
  payload: Type.Object({ offerId: Type.String(), showId: Type.String(), why: Type.String() }),
} as const satisfies FactKind

/** All facts of this module. */
export const facts = [OfferOpened, OfferClosed] as const satisfies readonly FactKind[]
