import Type, { type Static } from 'typebox'
import {
  idPattern, type Api, type GuestId, type PersonId, type Refusal, type RefusalDoc, type Result,
  type ShowId,
} from '#kernel'

/** Limits: people, characters, hours, bytes, kbit/s. */
export const backstageLimits = {
  /** The host is one of them. */
  onStageMax: 4,
  /** Those on stage and those who wait, without the host. */
  insideMax: 12,
  openInvitationsMax: 20,
  handsMax: 200,
  invitationHours: 24,
  nameLength: 40,
  /** What a list for the media process holds at most. */
  listedMax: 16,
  /** What a guest's browser sends at most. */
  guestKbpsMax: 1_200,
  secretBytes: 24,
} as const

/** Every refusal of this module. */
export const refusalCodes = [
  {
    code: 'stage.backstage.link_invalid', status: 410,
    doc: 'The invitation is unknown, used, withdrawn or a day old, or its show has ended.',
  },
  {
    code: 'stage.backstage.key_unknown', status: 403,
    doc: 'No guest who is here has this key: it is spent, or never was.',
  },
  { code: 'stage.backstage.guest_unknown', status: 404, doc: 'No such guest of this show.' },
  { code: 'stage.backstage.full', status: 409, doc: 'Four people are on stage already.' },
  {
    code: 'stage.backstage.too_many', status: 409,
    doc: 'Too many invitations are open, or too many people wait.',
  },
  { code: 'stage.backstage.not_waiting', status: 409, doc: 'This guest is not waiting.' },
  { code: 'stage.backstage.not_on_stage', status: 409, doc: 'This guest is not on stage.' },
  {
    code: 'stage.backstage.not_asked', status: 409,
    doc: 'Only a guest whom the host asks to speak can end a mute.',
  },
  { code: 'stage.backstage.name_empty', status: 422, doc: 'The name has nothing to read in it.' },
  { code: 'stage.backstage.show_over', status: 409, doc: 'The show has ended or is unknown.' },
  {
    code: 'stage.backstage.picture_unknown', status: 410,
    doc: 'This address of the guests\' picture was replaced by a new one, or never was one.',
  },
  { code: 'stage.backstage.not_invited', status: 409, doc: 'Nobody has accepted this hand.' },
] as const satisfies readonly RefusalDoc[]

/** A code of this module. */
export type BackstageRefusal = (typeof refusalCodes)[number]['code']

/** invited -> waiting -> on_stage -> left or removed; never back. */
export const GuestState = Type.Union([
  Type.Literal('invited'), Type.Literal('waiting'), Type.Literal('on_stage'), Type.Literal('left'),
  Type.Literal('removed'),
])
/** See the schema of the same name. */
export type GuestState = Static<typeof GuestState>

/** `asked`: still muted, and asked by the host to speak. */
export const Mute = Type.Union([
  Type.Literal('open'), Type.Literal('muted'), Type.Literal('asked'),
])
/** See the schema of the same name. */
export type Mute = Static<typeof Mute>

/** How the composed picture is laid out. `solo`: the one in the spotlight alone. `side`: all beside
 *  each other. `grid`: all in equal fields. `spotlight`: one large, the others small below.
 *  `corner`: one fills the picture, the others stand in its corner. */
export const Layout = Type.Union([
  Type.Literal('solo'), Type.Literal('side'), Type.Literal('grid'), Type.Literal('spotlight'),
  Type.Literal('corner'),
])
/** See the schema of the same name. */
export type Layout = Static<typeof Layout>

/** The layouts in the order of their keys, 1 to 5. */
export const layouts: readonly Layout[] = ['solo', 'side', 'grid', 'spotlight', 'corner']

/** Whom a layout puts first when it is no guest. */
export const HOST = 'host'

/** A guest as staff see them. Moments in ms. */
export const GuestSchema = Type.Object({
  id: Type.String(), name: Type.String(), language: Type.String(), state: GuestState, mute: Mute,
  isFromHand: Type.Boolean(), expiresAtMs: Type.Integer(),
})
/** See GuestSchema. */
export type Guest = Static<typeof GuestSchema>

/** A hand that is up. */
export const HandSchema = Type.Object({
  personId: Type.String(), name: Type.String(), raisedAtMs: Type.Integer(),
})
/** See HandSchema. */
export type Hand = Static<typeof HandSchema>

/** The stage as staff see it: guests who are here or invited, in the order in which they stand. */
export const StageSchema = Type.Object({
  revision: Type.Integer(), layout: Layout, spotlight: Type.String(),
  guests: Type.Array(GuestSchema), hands: Type.Array(HandSchema),
  /** Who sends a line now: HOST and ids of guests; null while the media process is silent. */
  senders: Type.Union([Type.Array(Type.String()), Type.Null()]),
})
/** See StageSchema. */
export type StageView = Static<typeof StageSchema>

const Person = Type.Object({ id: Type.String(), name: Type.String() })

/** What a page needs that draws the guests on stage for an encoder, and nothing more. */
export const GuestsPictureSchema = Type.Object({
  showId: Type.String(), isOver: Type.Boolean(), layout: Layout, spotlight: Type.String(),
  people: Type.Array(Person),
})
/** See GuestsPictureSchema. */
export type GuestsPicture = Static<typeof GuestsPictureSchema>

/** What a guest sees of themselves and the stage. `over`: the show has ended. */
export const MyPlaceSchema = Type.Object({
  guestId: Type.String(), showId: Type.String(), slug: Type.String(), title: Type.String(),
  name: Type.String(),
  state: Type.Union([GuestState, Type.Literal('over')]),
  mute: Mute, isInSpotlight: Type.Boolean(),
  others: Type.Array(Person),
})
/** See MyPlaceSchema. */
export type MyPlace = Static<typeof MyPlaceSchema>

const ShowParams = { showId: Type.String({ pattern: idPattern('sho') }) }
const Show = Type.Object(ShowParams)
const GuestParams = Type.Object({
  ...ShowParams, guestId: Type.String({ pattern: idPattern('gst') }),
})
const Secret = Type.String({ minLength: 20, maxLength: 64, pattern: '^[A-Za-z0-9_-]+$' })
const WithKey = Type.Object({ key: Secret }, { additionalProperties: false })
const Invitation = Type.Object({
  guestId: Type.String(), url: Type.String(), expiresAtMs: Type.Integer(),
  /** Whether browsers give a camera to a page there. */
  isSecure: Type.Boolean(),
})
const HandState = Type.Object({
  hand: Type.Union([Type.Literal('down'), Type.Literal('up'), Type.Literal('invited')]),
})

/** HTTP surface. Guests have no session: their key says who they are. */
export const api = {
  'GET /api/shows/:showId/stage': {
    act: 'show.run', perMinute: 240, doc: 'Who is on stage, waits, is invited, has a hand up.',
    params: Show, reply: StageSchema,
  },
  'POST /api/shows/:showId/stage/invitations': {
    act: 'show.run', perMinute: 30, doc: 'A link that lets one person in, once. Recorded.',
    params: Show, reply: Invitation,
  },
  'POST /api/shows/:showId/stage/guests/:guestId/admit': {
    act: 'show.run', doc: 'Brings somebody who waits on stage. Recorded.',
    params: GuestParams, reply: StageSchema,
  },
  'POST /api/shows/:showId/stage/guests/:guestId/mute': {
    act: 'show.run', doc: 'Mutes a guest, or asks a muted one to speak. Recorded.',
    params: GuestParams,
    body: Type.Object({ muted: Type.Boolean() }, { additionalProperties: false }),
    reply: StageSchema,
  },
  'POST /api/shows/:showId/stage/guests/:guestId/remove': {
    act: 'show.run', doc: 'Sends a guest away, or withdraws an invitation. Recorded.',
    params: GuestParams, reply: StageSchema,
  },
  'PUT /api/shows/:showId/stage/layout': {
    act: 'show.run', perMinute: 240, doc: 'How the picture is laid out, and who comes first.',
    params: Show,
    body: Type.Object({
      layout: Layout,
      spotlight: Type.Union([Type.Literal(HOST), Type.String({ pattern: idPattern('gst') })]),
    }, { additionalProperties: false }),
    reply: StageSchema,
  },
  'POST /api/shows/:showId/stage/picture': {
    act: 'show.run', perMinute: 30,
    doc: 'The key in the address of the guests\' picture for an encoder. `isNew`: another one, and '
      + 'whoever came by the one before is sent away. Recorded.',
    params: Show,
    body: Type.Object({ isNew: Type.Boolean() }, { additionalProperties: false }),
    reply: Type.Object({ key: Type.String() }),
  },
  'POST /api/shows/:showId/stage/hands/:personId': {
    act: 'show.run', doc: 'Takes a raised hand (it becomes an invitation) or lowers it. Recorded.',
    params: Type.Object({ ...ShowParams, personId: Type.String({ pattern: idPattern('per') }) }),
    body: Type.Object({ accept: Type.Boolean() }, { additionalProperties: false }),
    reply: StageSchema,
  },
  'GET /api/shows/:showId/on-stage': {
    act: 'anyone', doc: 'Guests on stage now; each has a line of their own over WHEP.',
    params: Show, reply: Type.Array(Person),
  },
  'GET /api/shows/:showId/hand': {
    act: 'visitor', doc: 'Whether the caller has a hand up, or was invited on stage.',
    params: Show, reply: HandState,
  },
  'PUT /api/shows/:showId/hand': {
    act: 'visitor', perMinute: 12, doc: 'Raises or lowers the hand of the caller.',
    params: Show, body: Type.Object({ up: Type.Boolean() }, { additionalProperties: false }),
    reply: HandState,
  },
  'POST /api/shows/:showId/hand/link': {
    act: 'visitor', perMinute: 12, doc: 'The way in for a caller whose hand was taken; a new one.',
    params: Show, reply: Invitation,
  },
  'POST /api/stage/look': {
    act: 'anyone', perMinute: 30, doc: 'What an invitation is for. Does not spend it.',
    body: Type.Object({ token: Secret }, { additionalProperties: false }),
    reply: Type.Object({ showId: Type.String(), title: Type.String() }),
  },
  'POST /api/stage/enter': {
    act: 'anyone', perMinute: 30, doc: 'Spends an invitation: the key of the guest from now on.',
    body: Type.Object({
      token: Secret, name: Type.String({ minLength: 1, maxLength: 160 }),
      language: Type.String({ pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})?$', maxLength: 12 }),
    }, { additionalProperties: false }),
    reply: Type.Object({ key: Type.String(), place: MyPlaceSchema }),
  },
  'POST /api/stage/me': {
    act: 'anyone', perMinute: 600, doc: 'How a guest stands, asked every second.',
    body: WithKey, reply: MyPlaceSchema,
  },
  'POST /api/stage/picture': {
    act: 'anyone', perMinute: 600,
    doc: 'Who stands where in the guests\' picture, asked twice a second by its page.',
    body: WithKey, reply: GuestsPictureSchema,
  },
  'POST /api/stage/speak': {
    act: 'anyone', doc: 'A guest who was asked to speak ends the mute.',
    body: WithKey, reply: MyPlaceSchema,
  },
  'POST /api/stage/leave': {
    act: 'anyone', doc: 'A guest leaves for good; the key is spent.',
    body: WithKey, reply: MyPlaceSchema,
  },
} as const satisfies Api

/** Answer of an act: the value, or a refusal of this module. */
export type Answer<T> = Promise<Result<T, Refusal<BackstageRefusal>>>

/** Somebody who was let in beside the publisher: heard and seen by viewers once on stage. Muted,
 *  not one packet of their sound goes on, whatever their page does. */
export const StageGuest = Type.Object({
  id: Type.String({ pattern: idPattern('gst') }), isOnStage: Type.Boolean(),
  isMuted: Type.Boolean(),
}, { additionalProperties: false })
/** See the schema of the same name. */
export type StageGuest = Static<typeof StageGuest>

const Revision = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })

/** Which address of the guests' picture: the first is 1, each new one is one more. */
export const PictureRound = Type.Integer({ minimum: 1, maximum: 2_147_483_647 })

/** `POST /internal/shows/<showId>/stage`: everybody who may be there. Whoever is not named is sent
 *  away. A list with a lower revision than one that was heard is ignored. */
export const StageList = Type.Object({
  revision: Revision,
  guests: Type.Array(StageGuest, { maxItems: backstageLimits.listedMax }),
  /** Whoever watches by an older address of the guests' picture is sent away. */
  pictureRound: Type.Optional(PictureRound),
}, { additionalProperties: false })
/** See the schema of the same name. */
export type StageList = Static<typeof StageList>

/** A guest as the answer about a key tells it, with the revision of the list it stands in. */
export const KeyGuest = Type.Object(
  { ...StageGuest.properties, revision: Revision }, { additionalProperties: false },
)
/** See the schema of the same name. */
export type KeyGuest = Static<typeof KeyGuest>

/** Whose key it is: the show's own, that of a guest of it, or that in an address of the guests'
 *  picture, which sends nothing and sees nothing but lines of those on stage. */
export interface KeyHolder {
  readonly showId: ShowId
  readonly guest?: KeyGuest
  readonly pictureRound?: number
}

/** Paths of the media process about the stage, beside those of its own contract. */
export const stagePaths = {
  /** WHIP with the stream key, for the host's own line beside the show. */
  hostLine: '/media/whip?guest=host',
  /** WHEP of somebody's own line; staff show the stream key to see who waits. */
  line: (showId: ShowId, who: string): string => `/media/${showId}/whep?guest=${who}`,
  /** POST says who is on stage; GET asks who sends a line: `{senders}`. */
  list: (showId: ShowId): string => `/internal/shows/${showId}/stage`,
  /** POST: another process has the show; everybody beside it comes again and finds that one. */
  leave: (showId: ShowId): string => `/internal/shows/${showId}/leave`,
} as const

/** The media process as the stage needs it. */
export interface StageControl {
  setStage(showId: ShowId, list: StageList): Promise<void>
  /** Who sends a line of their own now: HOST and ids of guests. */
  readSenders(showId: ShowId): Promise<string[]>
}

/** What others ask of this module. */
export interface Backstage {
  /** The holder of a key that is no stream key, for the media process; null: it opens nothing. */
  identify(key: string): Promise<KeyHolder | null>
  /** The show is over: everybody goes. */
  close(showId: ShowId): Promise<void>
  /** Run about once a second: tells the media process what it could not be told. */
  sweep(): Promise<void>
  read(showId: ShowId): Answer<StageView>
  /** Token of a link that lets one person in. */
  invite(showId: ShowId, by: PersonId): Answer<{
    guestId: GuestId; token: string; expiresAtMs: number
  }>
}
