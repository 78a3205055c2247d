import { makeJumpJudge } from './jump.ts'

/** What a receiver tells its sender (RFC 3550, 6.4.1); counts begin anew when the source jumps. */
export interface LossMeter {
  /** Every packet that arrives, also late and twice. `sequence` is unwrapped. */
  packet(sequence: number, rtpTimestamp: number, nowMs: number): void
  /** The figures now; `fractionLost` is since the last time this was asked. */
  report(): { fractionLost: number; lost: number; highest: number; jitter: number }
}

/** Steps beyond this are no loss but another source (RFC 3550, A.1). */
const DROPOUT_MAX = 3_000

export function makeLossMeter(clockRate: number): LossMeter {
  const judge = makeJumpJudge(DROPOUT_MAX)
  let highest: number | undefined
  let base = 0
  let received = 0
  let expectedBefore = 0
  let receivedBefore = 0
  let transit: number | undefined
  let jitter = 0

  const restart = (sequence: number): void => {
    base = sequence
    highest = sequence
    received = expectedBefore = receivedBefore = 0
    transit = undefined
  }
  /** Of packets in order: one asked for again says nothing about the path (RFC 3550, A.8). */
  const measure = (rtpTimestamp: number, nowMs: number): void => {
    const now = Math.round((nowMs * clockRate) / 1_000) - rtpTimestamp
    // Both clocks wrap, so the difference is taken in their 32 bits.
    if (transit !== undefined) jitter += (Math.abs((now - transit) | 0) - jitter) / 16
    transit = now
  }

  return {
    packet(sequence, rtpTimestamp, nowMs) {
      const verdict = highest === undefined ? 'jumps' : judge(sequence, highest)
      if (verdict === 'doubtful') return
      if (verdict === 'jumps' || highest === undefined) restart(sequence)
      received++
      base = Math.min(base, sequence)
      if (received > 1 && sequence <= highest!) return
      highest = sequence
      measure(rtpTimestamp, nowMs)
    },
    report() {
      const expected = highest === undefined ? 0 : highest - base + 1
      const expectedNow = expected - expectedBefore
      const lostNow = expectedNow - (received - receivedBefore)
      expectedBefore = expected
      receivedBefore = received
      return {
        fractionLost: expectedNow > 0 ? Math.max(0, lostNow / expectedNow) : 0,
        lost: expected - received,
        highest: (highest ?? 0) >>> 0,
        jitter: Math.round(jitter),
      }
    },
  }
}
