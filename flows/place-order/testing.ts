import { sql, type QueryExecutorProvider } from 'kysely'
import { makeIds, makeSeededRandom, silentLog, systemClock, systemRandom, type Clock, type Ids,
  type Money, type OfferId, type PersonId, type ProductId, type ShowId, type Transactor,
  type VariantId, type WriteFacts } from '#kernel'
import type { Who } from '#people/accounts/contract'
import { makeOffers } from '#trade/offers'
import type { PlaceOrder } from '#trade/orders/contract'
import { makeOrders } from '#trade/orders'
import { makeStock } from '#trade/stock'
import { makePlaceOrder, type PlaceOrderDeps } from '#flows/place-order'

type Db<Tx> = Transactor<Tx> & { readonly kysely: QueryExecutorProvider }

export const euro = (amountMinor: number): Money => ({ amountMinor, currency: 'EUR' })

/** A show that sells one product in two variants, in Germany, with the rest of the house played. */
export interface SaleWorld {
  readonly showId: ShowId
  readonly productId: ProductId
  readonly variantIds: readonly [VariantId, VariantId]
  /** What the parts that are played say; change it to play something else. */
  readonly played: {
    selling: 'selling' | 'replay' | 'sale_stopped' | 'not_live'
    prices: Record<string, Money>
    /** Countries of delivery addresses, by person and address id; anything else is in Germany. */
    countries: Map<string, string | null>
  }
  buyer(): Who
  aWish(change?: Partial<PlaceOrder>): PlaceOrder
}

export const seededIds = (seed = 1, clock: Clock = systemClock): Ids =>
  makeIds({ clock, random: makeSeededRandom(seed) })

type Named = Pick<SaleWorld, 'showId' | 'productId' | 'variantIds'>

/** `named`: the same world again, e.g. in another process. */
export function makeSaleWorld(named?: Named): SaleWorld {
  const ids = makeIds({ clock: systemClock, random: systemRandom })
  const { showId, productId, variantIds } = named ?? {
    showId: ids.make('sho'), productId: ids.make('prd'),
    variantIds: [ids.make('var'), ids.make('var')] as const,
  }
  let key = 0
  return {
    showId, variantIds, productId,
    played: { selling: 'selling', prices: { DE: euro(2490) }, countries: new Map() },
    buyer: () => ({
      personId: ids.make('per'), sessionId: null, roles: [], displayName: 'Buyer', isDemo: false,
    }),
    aWish: (change = {}) => ({
      key: `key-${ids.make('key')}-${++key}`, showId, offerId: null, variantId: variantIds[0],
      quantity: 1, market: 'DE', unitAmountMinor: 2490, deliveryId: ids.make('adr'), ...change,
    }),
  }
}

/** The whole walk on a real database, as the composition root puts it together. */
export function makeSale<Tx extends QueryExecutorProvider>(
  database: Db<Tx>, writeFacts: WriteFacts<Tx>, world: SaleWorld,
  change: Partial<Pick<PlaceOrderDeps<Tx>,
    'clock' | 'afterCommit' | 'limits' | 'database' | 'momentMs' | 'onTried' | 'random'>> = {},
) {
  const clock = change.clock ?? systemClock
  const ids = makeIds({ clock, random: systemRandom })
  const stock = makeStock<Tx>({ database, ids })
  const orders = makeOrders<Tx>({ database, ids, writeFacts })
  const offers = makeOffers<Tx>({ database, ids, writeFacts, clock })
  const { played } = world
  const flow = makePlaceOrder<Tx>({
    database, stock, orders, offers, clock, ids, log: silentLog, random: systemRandom, ...change,
    shows: {
      async readSelling(tx, showIds) {
        // One round trip, as the module itself has.
        const { rows } = await sql<{ id: ShowId }>`
          select id from unnest(${[...showIds]}::text[]) as s(id)`.execute(tx)
        return new Map(rows.map(({ id }) =>
          [id, id === world.showId ? played.selling : 'not_live' as const]))
      },
    },
    catalog: {
      readVariants: async (wanted) => new Map(wanted
        .filter((id) => world.variantIds.includes(id))
        .map((id) => [id, {
          productId: world.productId, title: 'Silk scarf', variantTitle: 'Red',
          prices: played.prices,
        }])),
    },
    accounts: {
      readDeliveryCountries: async (wanted) => new Map(wanted.flatMap(
        ({ personId, deliveryId }) => {
          const country = played.countries.get(`${personId} ${deliveryId}`)
          return country === null ? [] : [[deliveryId, country ?? 'DE']]
        })),
    },
  })
  return { stock, orders, offers, flow, clock, ids }
}

export type Sale<Tx extends QueryExecutorProvider> = ReturnType<typeof makeSale<Tx>>

/** Stock of both variants in one warehouse, and an offer of the show that is open. */
export async function fillSale<Tx extends QueryExecutorProvider>(
  sale: Pick<Sale<Tx>, 'stock' | 'offers' | 'ids' | 'clock'>, database: Db<Tx>, world: SaleWorld,
  units: { stock: number; offer?: number; perBuyerCap?: number; seconds?: number },
): Promise<OfferId | null> {
  const { stock, offers, ids, clock } = sale
  const warehouse = await stock.ensureWarehouse({ name: 'Berlin', country: 'DE', serves: ['DE'] })
  for (const variantId of world.variantIds) await stock.setLevel(variantId, warehouse, units.stock)
  if (units.offer === undefined) return null
  const id = ids.make('off')
  const opensAtMs = clock.nowMs()
  const terms = {
    id, showId: world.showId, productId: world.productId, prices: { DE: euro(1990) },
    units: units.offer, perBuyerCap: units.perBuyerCap ?? 20, mediaMs: opensAtMs, opensAtMs,
    closesAtMs: opensAtMs + (units.seconds ?? 300) * 1000,
  }
  await database.transaction(async (tx) => {
    await offers.open(tx, terms, opensAtMs)
    await stock.openAllotment(tx, { ...terms, variantIds: world.variantIds })
  })
  return id
}

export const personOf = (who: Who): PersonId => who.personId!
