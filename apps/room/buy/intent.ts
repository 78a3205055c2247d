import type { PlaceOrder } from '#trade/orders/contract'
import type { Item } from './buy-machine.ts'

/** A purchase that was sent and has no answer yet. Kept until there is one, so that a reload or a
 *  lost connection asks again with the same key and never orders twice. */
export interface Intent {
  readonly item: Item
  readonly order: PlaceOrder
}

export interface Shelf {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

const intentKey = (showId: string) => `silkcast.intent.${showId}`
const payingKey = (showId: string) => `silkcast.paying.${showId}`

function isIntent(value: unknown): value is Intent {
  const { item, order } = (value ?? {}) as Partial<Intent>
  return typeof item?.variantId === 'string' && typeof item.productId === 'string'
    && typeof item.quantity === 'number' && typeof order?.key === 'string'
    && typeof order.deliveryId === 'string'
}

/** Memory of this tab. Storage may be switched off: then only a reload is less well protected. */
export function makeIntents(shelf: Shelf, showId: string) {
  const quietly = <T>(run: () => T): T | null => {
    try {
      return run()
    } catch {
      return null
    }
  }
  return {
    keep: (intent: Intent) => void quietly(() =>
      shelf.setItem(intentKey(showId), JSON.stringify(intent))),
    forget: () => void quietly(() => shelf.removeItem(intentKey(showId))),
    read(): Intent | null {
      const value = quietly(() => JSON.parse(shelf.getItem(intentKey(showId)) ?? 'null') as unknown)
      return isIntent(value) ? value : null
    },
    /** The order that is being paid, so that a reload goes on with it. */
    setPaying: (orderId: string | null) => void quietly(() =>
      orderId ? shelf.setItem(payingKey(showId), orderId) : shelf.removeItem(payingKey(showId))),
    readPaying: (): string | null => quietly(() => shelf.getItem(payingKey(showId))),
  }
}

export type Intents = ReturnType<typeof makeIntents>
