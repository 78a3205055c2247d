import type { Clock, Log, Timer, Transactor } from '#kernel'
import type { Offers, OfferTerms } from '#trade/offers/contract'
import type { DeskOrder, Orders } from '#trade/orders/contract'
import type { Stock } from '#trade/stock/contract'

/** Most holds and offers that one transaction ends: keeps locks short. */
const AT_ONCE = 200

export interface ExpireDeps<Tx> {
  readonly database: Transactor<Tx>
  readonly stock: Pick<Stock<Tx>, 'releaseExpired' | 'closeAllotment'>
  readonly orders: Pick<Orders<Tx>, 'markExpired'>
  readonly offers: Pick<Offers<Tx>, 'listOver' | 'close'>
  readonly clock: Clock
  readonly log: Log
  readonly afterExpired?: (orders: readonly DeskOrder[]) => void
  readonly afterOver?: (offers: readonly OfferTerms[]) => void
}

export interface ExpireFlow {
  /** Ends everything whose time is over; answers how much. Safe beside other sweepers. */
  sweep(): Promise<{ orders: number; offers: number }>
  /** Sweeps again and again, never two at a time. */
  start(everyMs: number): Timer
}

/** Writes down what time has decided already: unpaid holds go back, offers are over. */
export function makeExpire<Tx>(deps: ExpireDeps<Tx>): ExpireFlow {
  const { database, stock, orders, offers, clock, log } = deps

  const expireOrders = () => database.transaction(async (tx) => {
    const nowMs = clock.nowMs()
    const released = await stock.releaseExpired(tx, nowMs, AT_ONCE)
    return orders.markExpired(tx, released, nowMs)
  })

  const closeOffer = (id: OfferTerms['id']) => database.transaction(async (tx) => {
    const nowMs = clock.nowMs()
    await stock.closeAllotment(tx, id, nowMs)
    return offers.close(tx, id, 'time', nowMs)
  })

  async function sweepOrders(): Promise<number> {
    let total = 0
    for (;;) {
      const expired = await expireOrders()
      total += expired.length
      if (expired.length > 0) deps.afterExpired?.(expired)
      if (expired.length < AT_ONCE) return total
    }
  }

  async function sweepOffers(): Promise<number> {
    const over: OfferTerms[] = []
    for (const { id } of await offers.listOver(clock.nowMs(), AT_ONCE)) {
      const closed = await closeOffer(id)
      if (closed) over.push(closed)
    }
    if (over.length > 0) deps.afterOver?.(over)
    return over.length
  }

  const sweep = async () => ({ orders: await sweepOrders(), offers: await sweepOffers() })

  return {
    sweep,
    start(everyMs) {
      let isRunning = false
      return deps.clock.every(everyMs, () => {
        if (isRunning) return
        isRunning = true
        void sweep()
          .catch((error: unknown) => log.warn('expire.failed', { error: String(error) }))
          .finally(() => { isRunning = false })
      })
    },
  }
}
