import Type, { type Static } from 'typebox'
import type { Api, OfferId, OrderId, PersonId, RefusalDoc, VariantId, WarehouseId } from '#kernel'

/** Limits: counts in units, times in seconds. */
export const stockLimits = {
  quantityPerOrder: 20,
  holdSeconds: 600,
  onHandMax: 10_000_000,
  allotmentUnitsMax: 1_000_000,
} as const

/** Every refusal of this module. */
export const refusalCodes = [
  {
    code: 'trade.stock.sold_out',
    status: 409,
    doc: 'Not enough units are left for this quantity.',
  },
  {
    code: 'trade.stock.offer_not_open',
    status: 409,
    doc: 'The offer has not opened yet, is over or was stopped.',
  },
  {
    code: 'trade.stock.cap_reached',
    status: 409,
    doc: 'This buyer has taken as many units of the offer as the cap allows.',
  },
  { code: 'trade.stock.variant_unknown', status: 404, doc: 'No stock is kept for this variant.' },
  { code: 'trade.stock.warehouse_unknown', status: 404, doc: 'No such warehouse.' },
  {
    code: 'trade.stock.below_held',
    status: 409,
    doc: 'The count cannot go below what is held for buyers.',
  },
  { code: 'trade.stock.hold_over', status: 410, doc: 'The hold has expired or was released.' },
] as const satisfies readonly RefusalDoc[]

/** A code of this module. */
export type StockRefusal = (typeof refusalCodes)[number]['code']

/** One wish for units: first in, first out within a batch. */
export interface HoldRequest {
  readonly orderId: OrderId
  readonly variantId: VariantId
  /** The offer whose allotment the units come from, or null for an ordinary sale. */
  readonly allotmentId: OfferId | null
  readonly buyerId: PersonId
  readonly quantity: number
  readonly expiresAtMs: number
}

/** The fate of one request, in the order of the batch. */
export type HoldFate =
  | { readonly held: true }
  | { readonly held: false; readonly code: StockRefusal; readonly left: number }

/** What became of a batch, and what is left after it. */
export interface HoldOutcome {
  /** One per request, in the order of the batch. */
  readonly fates: readonly HoldFate[]
  /** Orders whose holds were over and stood in the way. They are released: the caller marks the
   *  orders expired in the same transaction. */
  readonly expired: readonly OrderId[]
  /** Units left of every allotment that was asked for. */
  readonly offersLeft: ReadonlyMap<OfferId, number>
  /** Units available of every variant that was asked for. */
  readonly variantsLeft: ReadonlyMap<VariantId, number>
}

/** Stock of a variant: `available` = on hand - held. */
export const LevelSchema = Type.Object({
  variantId: Type.String(),
  onHand: Type.Integer({ minimum: 0 }),
  held: Type.Integer({ minimum: 0 }),
  byWarehouse: Type.Array(
    Type.Object({
      warehouseId: Type.String(),
      name: Type.String(),
      country: Type.String(),
      onHand: Type.Integer(),
    }),
  ),
})
/** See LevelSchema. */
export type Level = Static<typeof LevelSchema>

/** HTTP surface. */
export const api = {
  'GET /api/stock': {
    act: 'stock.read',
    doc: 'Stock of every variant, by warehouse.',
    reply: Type.Array(LevelSchema),
  },
  'PUT /api/stock/:variantId/:warehouseId': {
    act: 'stock.edit',
    doc: 'Sets what a warehouse has on hand after a count.',
    params: Type.Object({
      variantId: Type.String({ maxLength: 40 }),
      warehouseId: Type.String({ maxLength: 40 }),
    }),
    body: Type.Object(
      { onHand: Type.Integer({ minimum: 0, maximum: stockLimits.onHandMax }) },
      { additionalProperties: false },
    ),
    reply: LevelSchema,
  },
} as const satisfies Api

/** What flows and views ask of stock. `tx` is the flow's transaction (Kysely). */
export interface Stock<Tx> {
  /** Locks, decides and applies a whole batch inside the flow's transaction; first in, first out.
   *  An order whose hold is over may ask again once `release` has ended the old hold.
   *  In every flow stock comes before orders, so that no two flows wait for each other. */
  holdAll(tx: Tx, requests: readonly HoldRequest[], nowMs: number): Promise<HoldFate[]>
  /** Like holdAll, for orders that are new: when units lack, holds that are over and have not been
   *  swept yet make room first. */
  holdReclaiming(tx: Tx, requests: readonly HoldRequest[], nowMs: number): Promise<HoldOutcome>
  /** Holds whose time is over: released, order ids answered. Safe to call at any time. */
  releaseExpired(tx: Tx, nowMs: number, limit: number): Promise<OrderId[]>
  /** Ends holds that no longer count (cancelled orders). Answers those that were still held. */
  release(tx: Tx, orderIds: readonly OrderId[], nowMs: number): Promise<OrderId[]>
  /** A paid hold leaves stock from one warehouse near `country`; refuses when the hold is over. */
  commit(
    tx: Tx,
    orderId: OrderId,
    country: string,
    nowMs: number,
  ): Promise<
    { committed: true; warehouseId: WarehouseId } | { committed: false; code: StockRefusal }
  >
  /** Units of a refunded order go back to the warehouse they left. */
  restock(tx: Tx, orderId: OrderId, nowMs: number): Promise<boolean>
  /** Sets units aside for an offer. They still come from the variants' stock when claimed. */
  openAllotment(
    tx: Tx,
    input: {
      id: OfferId
      variantIds: readonly VariantId[]
      units: number
      perBuyerCap: number
      opensAtMs: number
      closesAtMs: number
    },
  ): Promise<void>
  /** No further claims; units already held stay held. */
  closeAllotment(tx: Tx, id: OfferId, nowMs: number): Promise<void>
  readAllotments(
    ids: readonly OfferId[],
  ): Promise<ReadonlyMap<OfferId, { units: number; taken: number }>>
  readLevels(variantIds?: readonly VariantId[]): Promise<Level[]>
  /** Set-up and import: stock of a variant in a warehouse (adds the pool when new). */
  setLevel(
    variantId: VariantId,
    warehouseId: WarehouseId,
    onHand: number,
  ): Promise<Level | StockRefusal>
  ensureWarehouse(input: {
    id?: WarehouseId
    name: string
    country: string
    serves: readonly string[]
  }): Promise<WarehouseId>
  listWarehouses(): Promise<
    { id: WarehouseId; name: string; country: string; serves: readonly string[] }[]
  >
}
