import { Fault, type Clock, type Log } from '#kernel'
import type { OpenMatter, Payments, ProviderEvent } from '#trade/payments/contract'

export interface ReconcileDeps<Tx> {
  readonly payments: Pick<Payments<Tx>, 'listOpen' | 'ask'>
  readonly settle: (event: ProviderEvent) => Promise<unknown>
  readonly clock: Clock
  readonly log: Log
}

/** Without a clear answer for so long the provider is asked; a challenge waits 12 times longer. */
const OLDER_THAN_MS = 5000
const AT_ONCE = 4

/** Asks the provider about what has been open too long: lost webhooks, timeouts, crashes. */
export function makeReconcile<Tx>(deps: ReconcileDeps<Tx>) {
  const { payments, clock, log } = deps

  async function look(matter: OpenMatter): Promise<boolean> {
    try {
      const event = await payments.ask(matter)
      if (!event) return false
      await deps.settle(event)
      return true
    } catch (error) {
      const code = error instanceof Fault ? error.code : 'bug'
      log.warn('reconcile.no_answer', { orderId: matter.orderId, kind: matter.kind, code, error })
      return false
    }
  }

  /** One round; meant to run every few seconds. Answers how many were asked about and settled. */
  return async function reconcile(
    { olderThanMs = OLDER_THAN_MS, limit = 200 }: { olderThanMs?: number; limit?: number } = {},
  ): Promise<{ asked: number; settled: number }> {
    const matters = await payments.listOpen(clock.nowMs(), olderThanMs, limit)
    let settled = 0
    let next = 0
    const worker = async () => {
      while (next < matters.length) if (await look(matters[next++]!)) settled++
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
    return { asked: matters.length, settled }
  }
}
