import Type from 'typebox'
import type { FactKind } from '#kernel'

const Plain = Type.Object({ showId: Type.String(), slug: Type.String(), isDemo: Type.Boolean() })

/** The doors opened. */
export const ShowStarted = {
  name: 'ShowStarted',
  version: 1,
  doc: 'The doors opened.',
  payload: Plain,
} as const satisfies FactKind
/** The show is over. */
export const ShowEnded = {
  name: 'ShowEnded',
  version: 1,
  doc: 'The show is over.',
  payload: Plain,
} as const satisfies FactKind
/** Every sale of the show was stopped at once. */
export const SaleStopped = {
  name: 'SaleStopped',
  version: 1,
  doc: 'Every sale of the show was stopped at once.',
  payload: Plain,
} as const satisfies FactKind
/** Sales of the show go on. */
export const SaleResumed = {
  name: 'SaleResumed',
  version: 1,
  doc: 'Sales of the show go on.',
  payload: Plain,
} as const satisfies FactKind
/** A product was pinned, or the pin was taken away. */
export const ProductPinned = {
  name: 'ProductPinned',
  version: 1,
  doc: 'A product was pinned, or the pin was taken away (null).',
  payload: Type.Object({
    showId: Type.String(),
    productId: Type.Union([Type.String(), Type.Null()]),
    /** Media time of the pin; missing when it belongs to no moment of the picture. */
    mediaMs: Type.Optional(Type.Integer()),
  }),
} as const satisfies FactKind

/** All facts of this module. */
export const facts = [
  ShowStarted,
  ShowEnded,
  SaleStopped,
  SaleResumed,
  ProductPinned,
] as const satisfies readonly FactKind[]
