import { Fault, type Clock } from '#kernel'

/** An answer within `ms`, or `payments.no_answer`: the caller goes on in either case. */
export async function withDeadline<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T> {
  let timer: { cancel(): void } | undefined
  const late = new Promise<never>((_, reject) => {
    timer = clock.after(ms, () => reject(new Fault('payments.no_answer', { retryable: true })))
  })
  try {
    return await Promise.race([work, late])
  } finally {
    timer?.cancel()
  }
}
