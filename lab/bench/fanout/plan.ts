import type { ShowId } from '#kernel'

/** What every process of the bench knows. */
export const showId = 'sho_01k9bench00000000000000000' as ShowId

/** A profile of its own, with every limit in place: one source address carries as many viewers as
 *  in the product, each sender says as much as a person may; only the sampling of chat lies higher,
 *  so that every line is delivered to everyone. */
export const profile = { chatPerTick: 60, socketsPerAddress: 200, socketsTotal: 20_000 } as const

/** Lines a sender says in a second: within the product's 60 messages in 10 s. */
export const linesPerSenderSecond = 5

export interface ServerPlan { readonly mode: 'naive' | 'gateway' }
export type ServerAsk = { start: ServerPlan } | { go: true } | { mark: true }
export interface ServerState {
  readonly cpuSeconds: number
  readonly tickMs: number
  readonly lines: number
}

export interface LoadPlan {
  readonly port: number
  readonly viewers: number
  /** 0: the server itself makes the lines, as fast as it can. */
  readonly linesPerSecond: number
}
export type LoadAsk = { connect: LoadPlan } | { say: true } | { begin: true } | { end: true }
export interface LoadResult {
  readonly seconds: number
  readonly deliveries: number
  readonly megabytes: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly cpuSeconds: number
  readonly closed: number
  readonly gaps: number
}

/** Microseconds of the machine's steady clock, the same in every process. */
export const steadyMicros = (): number => Number(process.hrtime.bigint() / 1000n)
export const filler = 'x'.repeat(44)
