import Type, { type Static } from 'typebox'
import { idPattern, type Api, type PersonId, type RefusalDoc, type SessionId } from '#kernel'

/** Staff roles. A person may have several; a person with none is a guest or a buyer. */
export type Role = 'merchant' | 'producer' | 'host' | 'moderator'

/** Every act a route or message may ask for, and which roles may do it. `anyone`: also without a
 *  session. `visitor`: any session, guests included. */
export const acts = {
  anyone: [],
  visitor: [],
  'studio.enter': ['merchant', 'producer', 'host', 'moderator'],
  'show.read': ['merchant', 'producer', 'host', 'moderator'],
  'show.run': ['merchant', 'producer'],
  'show.moderate': ['merchant', 'producer', 'moderator'],
  'catalog.read': ['merchant', 'producer', 'host', 'moderator'],
  'catalog.edit': ['merchant', 'producer'],
  'stock.read': ['merchant', 'producer'],
  'stock.edit': ['merchant', 'producer'],
  'orders.read': ['merchant', 'producer'],
  'orders.refund': ['merchant'],
  /** To sign one's own phone in as the camera of a show. */
  'session.hand_over': ['merchant', 'producer'],
  'staff.manage': ['merchant'],
  'audit.read': ['merchant'],
  /** Another process of the house, by the internal key. */
  internal: [],
  /** An outside party that signs its calls; the handler checks the signature. */
  signed: [],
} as const satisfies Record<string, readonly Role[]>

/** The name of an act. */
export type Act = keyof typeof acts

/** What a session is for when it is not for everything. `camera`: a phone that was signed in by a
 *  code on another screen, so that it can send the picture and run the show from there. */
export type Purpose = 'camera'

/** All that a `camera` session may do, whatever the roles of its person allow elsewhere. */
export const cameraActs: readonly Act[] = [
  'anyone', 'visitor', 'studio.enter', 'show.read', 'show.run', 'catalog.read',
]

/** Who is calling: made once a request or a socket, from the session cookie. */
export interface Who {
  readonly personId: PersonId | null
  readonly sessionId: SessionId | null
  readonly roles: readonly Role[]
  /** What others see in chat. */
  readonly displayName: string
  /** Demo shoppers: real clients, labelled, never in a metric. */
  readonly isDemo: boolean
  /** Absent: everything that the roles allow. */
  readonly purpose?: Purpose | undefined
}

/** Whether `who` may do `act`. Pure; the same rule for HTTP, WebSocket and pages. */
export function isAllowed(who: Who, act: Act): boolean {
  if (act === 'anyone') return true
  if (act === 'internal' || act === 'signed') return false
  if (act === 'visitor') return who.personId !== null
  if (who.purpose === 'camera' && !cameraActs.includes(act)) return false
  const roles: readonly Role[] = acts[act]
  return who.roles.some((role) => roles.includes(role))
}

/** Limits: sizes in characters, times in seconds, rates per address. */
export const accountLimits = {
  emailLength: 254,
  nameLength: 80,
  addressLineLength: 120,
  linkSeconds: 15 * 60,
  /** Of a link that a phone reads off a screen. */
  cameraLinkSeconds: 2 * 60,
  guestSessionSeconds: 30 * 24 * 3600,
  staffSessionSeconds: 12 * 3600,
  linksPerHourPerEmail: 6,
} as const

/** Every refusal of this module. */
export const refusalCodes = [
  {
    code: 'people.accounts.sign_in_needed',
    status: 401,
    doc: 'No session, or it has ended. Sign in again.',
  },
  {
    code: 'people.accounts.not_allowed',
    status: 403,
    doc: 'The person has no role that may do this.',
  },
  {
    code: 'people.accounts.link_invalid',
    status: 410,
    doc: 'The sign-in link is unknown, used or older than 15 minutes.',
  },
  {
    code: 'people.accounts.too_many_links',
    status: 429,
    doc: 'Too many sign-in links for this address within an hour.',
  },
  {
    code: 'people.accounts.wrong_origin',
    status: 403,
    doc: 'A write or an upgrade came from another site.',
  },
  {
    code: 'people.accounts.delivery_unknown',
    status: 404,
    doc: 'No such delivery address for this person.',
  },
  {
    code: 'people.accounts.country_not_served',
    status: 422,
    doc: 'The country of the address is not one of the markets.',
  },
] as const satisfies readonly RefusalDoc[]

/** A code of this module. */
export type AccountsRefusal = (typeof refusalCodes)[number]['code']

const text = (max: number, min = 1) => Type.String({ minLength: min, maxLength: max })
const Email = Type.String({
  minLength: 3,
  maxLength: 254,
  pattern: '^[^@\\s<>"]+@[^@\\s<>"]+\\.[^@\\s<>"]+$',
})

/** A delivery address as people write it; ISO 3166-1 alpha-2 country. Personal data. */
export const DeliverySchema = Type.Object(
  {
    name: text(accountLimits.nameLength),
    email: Email,
    phone: Type.Optional(Type.String({ maxLength: 24, pattern: '^[+0-9 ()./-]*$' })),
    line1: text(accountLimits.addressLineLength),
    line2: Type.Optional(Type.String({ maxLength: accountLimits.addressLineLength })),
    city: text(80),
    region: Type.Optional(Type.String({ maxLength: 80 })),
    postalCode: Type.Optional(Type.String({ maxLength: 16 })),
    country: Type.String({ pattern: '^[A-Z]{2}$' }),
  },
  { additionalProperties: false },
)
/** See DeliverySchema. */
export type Delivery = Static<typeof DeliverySchema>

/** The caller as the web apps see it. `displayName` is what chat shows. */
export const MeSchema = Type.Object({
  personId: Type.Union([Type.String(), Type.Null()]),
  displayName: Type.String(),
  email: Type.Union([Type.String(), Type.Null()]),
  roles: Type.Array(Type.String()),
  isDemo: Type.Boolean(),
  /** What this session is for; absent: everything. */
  purpose: Type.Optional(Type.Literal('camera')),
  /** The last address used, so that a second purchase is two taps. */
  delivery: Type.Union([
    Type.Object({ id: Type.String(), ...DeliverySchema.properties }),
    Type.Null(),
  ]),
})
/** See MeSchema. */
export type Me = Static<typeof MeSchema>

const Done = Type.Object({ done: Type.Literal(true) })

/** HTTP surface. */
export const api = {
  'POST /api/sign-in/link': {
    act: 'anyone',
    perMinute: 6,
    doc: 'Sends a sign-in link. Answers the same whether the address is known or not.',
    body: Type.Object({ email: Email }, { additionalProperties: false }),
    reply: Done,
  },
  'POST /api/sign-in/confirm': {
    act: 'anyone',
    perMinute: 20,
    doc: 'Trades the token of a link for a session cookie.',
    body: Type.Object({ token: text(64, 20) }, { additionalProperties: false }),
    reply: MeSchema,
  },
  'POST /api/sign-out': { act: 'visitor', doc: 'Ends this session.', reply: Done },
  'GET /api/me': {
    act: 'anyone',
    doc: 'The caller: roles, display name, last delivery address.',
    reply: MeSchema,
  },
  'POST /api/me/visit': {
    act: 'anyone',
    perMinute: 30,
    doc: 'Makes a guest session when there is none, so that a visitor can chat and buy.',
    reply: MeSchema,
  },
  'PUT /api/me/name': {
    act: 'visitor',
    perMinute: 10,
    doc: 'The name shown in chat.',
    body: Type.Object({ displayName: text(40) }, { additionalProperties: false }),
    reply: MeSchema,
  },
  'PUT /api/me/delivery': {
    act: 'visitor',
    perMinute: 20,
    doc: 'Saves a delivery address and answers its id.',
    body: DeliverySchema,
    reply: Type.Object({ deliveryId: Type.String({ pattern: idPattern('adr') }) }),
  },
} as const satisfies Api

/** What other parts ask of accounts at run time. */
export interface Accounts {
  /** From a session token (cookie value); an unknown or ended one gives nobody. Cached <= 5 s. */
  whoBySession(token: string | undefined): Promise<Who>
  /** A delivery address of that person, for the parcel and the desk. */
  readDelivery(personId: PersonId, deliveryId: string): Promise<Delivery | null>
  /** Country of a delivery address, for many orders at once: id -> ISO 3166-1 alpha-2. */
  readDeliveryCountries(
    ids: readonly { personId: PersonId; deliveryId: string }[],
  ): Promise<ReadonlyMap<string, string>>
  /** Display names for lists: id -> name. */
  readNames(ids: readonly PersonId[]): Promise<ReadonlyMap<PersonId, string>>
  /** Makes or finds a staff member; used by set-up and the demo. */
  ensureStaff(input: {
    email: string
    displayName: string
    roles: readonly Role[]
  }): Promise<PersonId>
  /** A sign-in link for that address, as it would be mailed. Set-up and the demo print it. */
  makeLink(email: string): Promise<string>
  /** A token that signs the same person in on another device, once, for `cameraLinkSeconds`, for
   *  the camera only; null for somebody without an e-mail address. */
  makeCameraToken(personId: PersonId): Promise<{ token: string; expiresAtMs: number } | null>
  /** A guest session for a demo shopper or a test: cookie value. */
  makeGuest(input: {
    displayName: string
    isDemo: boolean
  }): Promise<{ personId: PersonId; token: string }>
}

/** How a sign-in link reaches a person. The default writes it to the log of a demo; SMTP comes
 *  later. */
export interface Mailer {
  sendLink(mail: { to: string; url: string; expiresAtMs: number }): Promise<void>
}
