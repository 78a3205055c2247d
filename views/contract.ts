import Type, { type Static } from 'typebox'
import { idPattern, type Api } from '#kernel'
import { DeliverySchema, type Me } from '#people/accounts/contract'
import type { IceServers } from '#stage/media/contract'
import { MessageSchema } from '#stage/chat/contract'
import type { RoomSnapshot } from '#stage/gateway/contract'
import type { Market } from '#trade/catalog/contract'
import { DeskOrderSchema, OrderStepSchema, ShowTotalsSchema } from '#trade/orders/contract'
import { PaymentSchema } from '#trade/payments/contract'

/** One order with everything the desk needs to answer a call about it. */
export const OrderFileSchema = Type.Object({
  order: DeskOrderSchema,
  buyerName: Type.String(),
  /** Personal data: shown to staff who may read orders, never logged. */
  delivery: Type.Union([DeliverySchema, Type.Null()]),
  warehouse: Type.Union([Type.String(), Type.Null()]),
  payments: Type.Array(PaymentSchema),
  /** Oldest first: what happened, by every module that knows a part of it. */
  steps: Type.Array(OrderStepSchema),
})
/** See OrderFileSchema. */
export type OrderFile = Static<typeof OrderFileSchema>

/** A line of chat in a replay: `replayMs` is where it was said, milliseconds from the beginning of
 *  the cut. */
export const ReplayLineSchema = Type.Object({
  ...MessageSchema.properties, replayMs: Type.Integer(),
})
/** See ReplayLineSchema. */
export type ReplayLine = Static<typeof ReplayLineSchema>

/** HTTP surface of the views: reading only. */
export const api = {
  'GET /api/desk/orders/:orderId': {
    act: 'orders.read',
    doc: 'One order with its buyer, parcel, payments and history. Reading it is recorded.',
    params: Type.Object({ orderId: Type.String({ pattern: idPattern('ord') }) }),
    reply: OrderFileSchema,
  },
  'GET /api/shows/:showId/replay/chat': {
    act: 'anyone',
    perMinute: 240,
    doc: 'Chat of a public replay from a place on, in pages; `next` of one asks for the next.',
    params: Type.Object({ showId: Type.String({ pattern: idPattern('sho') }) }),
    query: Type.Object({
      fromMs: Type.Integer({ minimum: 0, maximum: 8_640_000_000_000 }),
      next: Type.Optional(Type.String({
        pattern: '^[0-9]{1,15}\\.msg_[0-9a-z]{26}$', maxLength: 60,
      })),
    }, { additionalProperties: false }),
    reply: Type.Object({
      lines: Type.Array(ReplayLineSchema), next: Type.Union([Type.String(), Type.Null()]),
    }),
  },
  'GET /api/shows/:showId/totals': {
    act: 'show.read',
    doc: 'Orders and money of a show, demo shoppers apart.',
    params: Type.Object({ showId: Type.String({ pattern: idPattern('sho') }) }),
    reply: ShowTotalsSchema,
  },
} as const satisfies Api

/** A language the product speaks, BCP 47; `en-XA` is the pseudo-locale of tests. */
export type BootLocale = 'en' | 'zh-Hans' | 'ar' | 'en-XA'

/** What the server writes into `<script type="application/json" id="boot">` of a show's page. */
export interface BootData {
  readonly room: RoomSnapshot
  /** Events go on from here; see the gateway's protocol. */
  readonly seq: number
  readonly epoch: string
  readonly locale: BootLocale
  readonly dir: 'ltr' | 'rtl'
  /** Country whose prices are shown, ISO 3166-1 alpha-2: one of `markets`. */
  readonly market: string
  readonly markets: readonly Market[]
  /** `/media`: live at `<mediaBase>/<showId>/live.m3u8`, replay beside it. */
  readonly mediaBase: string
  /** STUN and TURN servers of the house, for those whose network needs them. */
  readonly iceServers: IceServers
  /** null: no session yet; the page makes a guest of the visitor. */
  readonly me: Me | null
  readonly serverNowMs: number
  readonly demo: boolean
}

/** Boot data of a page without a show: a wrong address, or a house where none is planned. */
export interface EmptyBoot {
  readonly empty: true
  readonly locale: BootLocale
  readonly dir: 'ltr' | 'rtl'
}
