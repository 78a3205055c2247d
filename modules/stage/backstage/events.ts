import Type from 'typebox'
import type { FactKind } from '#kernel'

const payload = Type.Object({ showId: Type.String(), guestId: Type.String() })

/** Somebody may come on stage: a link was made, or a hand taken. */
export const GuestInvited = {
  name: 'GuestInvited', version: 1, doc: 'A link was made for a guest, or a raised hand taken.',
  payload,
} as const satisfies FactKind
/** A guest came on stage. */
export const GuestAdmitted = {
  name: 'GuestAdmitted', version: 1, doc: 'A guest came on stage.', payload,
} as const satisfies FactKind
/** A guest left by themselves, or with the end of the show. */
export const GuestLeft = {
  name: 'GuestLeft', version: 1, doc: 'A guest left, or their show ended.', payload,
} as const satisfies FactKind
/** Staff sent a guest away or withdrew an invitation. */
export const GuestRemoved = {
  name: 'GuestRemoved', version: 1, doc: 'A guest was sent away, or an invitation withdrawn.',
  payload,
} as const satisfies FactKind

/** All facts of this module. */
export const facts = [
  GuestInvited, GuestAdmitted, GuestLeft, GuestRemoved,
] as const satisfies readonly FactKind[]
