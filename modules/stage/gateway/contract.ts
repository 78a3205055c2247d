import Type, { type Static } from 'typebox'
import {
  idPattern,
  type Api,
  type PersonId,
  type Refusal,
  type RefusalDoc,
  type Result,
  type ShowId,
} from '#kernel'
import type { Act, Who } from '#people/accounts/contract'
import type { Message } from '#stage/chat/contract'
import type { Show } from '#stage/show/contract'
import type { ProductCard } from '#trade/catalog/contract'
import type { Offer } from '#trade/offers/contract'
import { PlaceOrderSchema, type Order, type ShowTotals } from '#trade/orders/contract'

/** Wire protocol number, stated in `hello`. */
export const protocol = 1

/** Limits: bytes, milliseconds, counts. */
export const gatewayLimits = {
  messageBytes: 4096,
  messagesPer10Seconds: 60,
  socketsPerAddress: 200,
  /** Unsent bytes after which a socket gets no more signals until it asks again from its seq. */
  bufferBytes: 256 * 1024,
  /** Unsent bytes after which the socket is closed. */
  bufferBytesMax: 1024 * 1024,
  tickMsMin: 50,
  tickMsMax: 200,
  /** Room events kept for resume. */
  ringEvents: 1000,
  helloSeconds: 5,
  idleSeconds: 60,
  /** Connections of this process, WebSocket and SSE together. */
  socketsTotal: 20_000,
  /** Lines of chat told to a room in one tick of the shortest length; the rest is sampled away. */
  chatPerTick: 20,
  /** Acts of one connection that may be under way at once. */
  actsAtOnce: 8,
  /** Messages that are not of the protocol before the connection is closed. */
  malformedMax: 5,
} as const

/** The limits as a rig or a test may set them: other figures, never none. */
export type GatewayLimits = { readonly [K in keyof typeof gatewayLimits]: number }

/** Every refusal of this module. */
export const refusalCodes = [
  { code: 'stage.gateway.malformed', status: 400, doc: 'Not a message of this protocol.' },
  { code: 'stage.gateway.too_large', status: 413, doc: 'A message over 4 KB.' },
  {
    code: 'stage.gateway.too_fast',
    status: 429,
    doc: 'More messages than a person sends; wait a little.',
  },
  {
    code: 'stage.gateway.protocol_old',
    status: 409,
    doc: 'The page speaks an older protocol; load it again.',
  },
  { code: 'stage.gateway.show_unknown', status: 404, doc: 'No such show.' },
  { code: 'stage.gateway.full', status: 503, doc: 'No room for more viewers here right now.' },
] as const satisfies readonly RefusalDoc[]

const Ref = Type.String({ minLength: 1, maxLength: 40 })

/** What a client sends, one JSON text each. `ref` comes back in the `reply`. */
export const ClientMessageSchema = Type.Union([
  Type.Object(
    {
      t: Type.Literal('hello'),
      v: Type.Integer(),
      show: Type.String({ pattern: idPattern('sho') }),
      /** Resume: the last seq seen and the epoch it belongs to. */
      seq: Type.Optional(Type.Integer({ minimum: 0 })),
      epoch: Type.Optional(Type.String({ maxLength: 40 })),
      market: Type.Optional(Type.String({ pattern: '^[A-Z]{2}$' })),
      /** Studio: also wants the staff channel. */
      staff: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    { t: Type.Literal('chat'), ref: Ref, text: Type.String({ maxLength: 1000 }) },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      t: Type.Literal('react'),
      kind: Type.Union([Type.Literal('heart'), Type.Literal('clap'), Type.Literal('wow')]),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    { t: Type.Literal('order'), ref: Ref, order: PlaceOrderSchema },
    { additionalProperties: false },
  ),
  /** Ask again from a seq after a gap. */
  Type.Object(
    { t: Type.Literal('ask'), seq: Type.Integer({ minimum: 0 }) },
    { additionalProperties: false },
  ),
  Type.Object(
    { t: Type.Literal('market'), market: Type.String({ pattern: '^[A-Z]{2}$' }) },
    { additionalProperties: false },
  ),
  Type.Object({ t: Type.Literal('ping'), at: Type.Number() }, { additionalProperties: false }),
])
/** See ClientMessageSchema. */
export type ClientMessage = Static<typeof ClientMessageSchema>

/** HTTP surface for those whose network blocks WebSockets; they listen on `GET /sse`, which
 *  takes the
 *  fields of `hello` as its query. */
export const api = {
  'POST /api/rooms/:showId/say': {
    act: 'anyone',
    perMinute: 360,
    doc: 'One client message with the handler of the socket; the frames it is answered with.',
    params: Type.Object({ showId: Type.String({ pattern: idPattern('sho') }) }),
    body: ClientMessageSchema,
    reply: Type.Object({ frames: Type.Array(Type.Unknown()) }),
  },
} as const satisfies Api

/** A show as viewers see it: nothing that is for staff only. */
export type PublicShow = Pick<
  Show,
  | 'id'
  | 'slug'
  | 'title'
  | 'merchant'
  | 'state'
  | 'signal'
  | 'startsAtMs'
  | 'endedAtMs'
  | 'saleStopped'
  | 'isDemo'
  | 'hasReplay'
>

/** What everyone in a room hears. Numbered by seq; a gap means: ask again. */
export type RoomEvent =
  | { k: 'show'; show: PublicShow }
  /** `mediaMs`: shown when the viewer's picture gets there; null: at once. An offer carries its
   *  own. */
  | { k: 'pin'; product: ProductCard | null; mediaMs: number | null }
  | { k: 'offer'; offer: Offer | null }
  /** Units left of the open offer, and whether variants of the pinned product can be had. */
  | { k: 'left'; offerId: string; left: number }
  | { k: 'stock'; variants: Record<string, boolean> }
  | { k: 'chat'; message: Message }
  | { k: 'gone'; ids: string[] }
  | { k: 'viewers'; count: number; demo: number }
  | { k: 'react'; counts: Record<string, number> }

/** What only one person hears. */
export type PersonEvent =
  | { k: 'order'; order: Order }
  | { k: 'payment'; orderId: string; state: string }
  | { k: 'muted'; muted: boolean }
  /** This WebRTC session makes room for somebody who needs its place; it ends within seconds, and
   *  LL-HLS goes on. */
  | { k: 'moved'; session: string }

/** What only staff of the show hear. */
export type StaffEvent =
  | { k: 'totals'; totals: ShowTotals }
  | { k: 'countries'; countries: Record<string, number> }
  | {
      k: 'sold'
      order: {
        number: string
        title: string
        variantTitle: string
        quantity: number
        total: { amountMinor: number; currency: string }
        market: string
        state: string
        isDemo: boolean
        atMs: number
        id: string
      }
    }
  | { k: 'stage'; show: Show }
  | { k: 'levels'; levels: { variantId: string; onHand: number; held: number }[] }

/** The room at one seq: enough to draw everything. */
export interface RoomSnapshot {
  readonly show: PublicShow
  readonly pinned: ProductCard | null
  /** Media time of the pin, server ms; null: none, or it belongs to no moment of the picture. */
  readonly pinnedMediaMs: number | null
  readonly offer: Offer | null
  readonly inStock: Record<string, boolean>
  readonly chat: readonly Message[]
  readonly viewers: number
  readonly demoViewers: number
  /** Of the line-up, for the bag; cards only. */
  readonly lineUp: readonly ProductCard[]
}

/** One frame from the server: one JSON text. `s`: seq after the events of `e`. `at`: server
 *  time, ms. */
export type ServerFrame =
  | {
      t: 'snapshot'
      v: number
      epoch: string
      s: number
      at: number
      room: RoomSnapshot
      you: { personId: string | null; displayName: string; muted: boolean }
      staff?: StaffEvent[]
    }
  | { t: 'tick'; s: number; at: number; e: RoomEvent[] }
  | { t: 'you'; at: number; e: PersonEvent[] }
  | { t: 'staff'; at: number; e: StaffEvent[] }
  | { t: 'reply'; ref: string; ok: true; value: unknown }
  | { t: 'reply'; ref: string; ok: false; refusal: Refusal }
  | { t: 'pong'; at: number; echo: number }
  /** Signals were dropped for a slow socket: ask again from your seq. */
  | { t: 'behind' }
  | { t: 'refused'; refusal: Refusal }

/** What other parts tell rooms. Never blocks; bounded. */
export interface Gateway {
  tell(showId: ShowId, event: RoomEvent): void
  tellPerson(personId: PersonId, event: PersonEvent): void
  tellStaff(showId: ShowId, event: StaffEvent): void
  /** People in a room now, demo shoppers apart. */
  count(showId: ShowId): { viewers: number; demo: number; countries: Record<string, number> }
  /** A room as it stands, for a page that is drawn before its socket opens and then resumes
   *  from here;
   *  null: no such show. */
  snapshot(showId: ShowId): Promise<{ room: RoomSnapshot; seq: number; epoch: string } | null>
  /** Closes sockets of a session or person (sign-out, ban). */
  drop(personId: PersonId): void
}

/** What the gateway asks of the house: given by the composition root. */
export interface GatewayPorts {
  snapshot(showId: ShowId): Promise<RoomSnapshot | null>
  staffSnapshot(showId: ShowId): Promise<StaffEvent[]>
  isMuted(showId: ShowId, personId: PersonId): Promise<boolean>
  allowed(who: Who, act: Act): boolean
  /** Acts that arrive over the socket (or the HTTP fallback): chat, order. */
  chat(who: Who, showId: ShowId, text: string): Promise<Result<unknown, Refusal>>
  order(who: Who, order: Static<typeof PlaceOrderSchema>): Promise<Result<unknown, Refusal>>
}
