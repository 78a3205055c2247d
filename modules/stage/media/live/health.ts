import type { Clock } from '#kernel'
import type { MediaHealth } from '../contract.ts'

/** Figures of one show, filled by whatever brings its media in and takes it out: RTMP, WebRTC and
 *  LL-HLS each tell what they know; what nobody told is missing in what is read. */
export interface ShowHealth {
  /** A publisher begins: rates start anew, counts go on. */
  begin(transport: 'rtmp' | 'whip'): void
  /** Media bytes that came in. */
  took(sizeBytes: number): void
  /** A part was finished. */
  part(durationMs: number): void
  /** Packets of the last seconds that were sent to us, and those of them that never came. */
  loss(lost: number, sent: number): void
  pli(count?: number): void
  nack(count?: number): void
  /** Somebody asked for the live playlist; `key` tells one asker from another. */
  polled(key: string): void
  /** Asked at every reading: WHEP viewers now. */
  countWhep(count: () => number): void
  read(): MediaHealth
}

/** Figures of the whole process, as far as somebody measures them. */
export interface OwnFigures {
  /** Share of a core that it takes. */
  cpuShare?: (() => number) | undefined
  /** Places for viewers on WebRTC: see MediaHealth. */
  places(): { readonly most: number; readonly kept: number; readonly moved: number }
}

const RATE_MS = 4_000
const POLL_MS = 5_000
const POLLERS_MAX = 20_000
const LOSS_MS = 10_000
const LATE_SHARE = 1.5

/** Bytes over the last seconds, in slots: constant memory whatever comes. */
function makeRate(clock: Clock) {
  const slotMs = RATE_MS / 8
  let slots: { at: number; bytes: number }[] = []
  let sinceMs = clock.steadyMs()
  const young = (nowMs: number) => slots.filter(({ at }) => nowMs - at * slotMs < RATE_MS + slotMs)
  return {
    begin() {
      slots = []
      sinceMs = clock.steadyMs()
    },
    add(bytes: number) {
      const at = Math.floor(clock.steadyMs() / slotMs)
      const last = slots.at(-1)
      if (last?.at === at) {
        last.bytes += bytes
        return
      }
      slots = [...young(clock.steadyMs()), { at, bytes }]
    },
    kbps(): number {
      const nowMs = clock.steadyMs()
      const open = Math.floor(nowMs / slotMs)
      // The slot that is still being filled would make the rate look low.
      const bytes = young(nowMs).filter(({ at }) => at < open)
        .reduce((sum, slot) => sum + slot.bytes, 0)
      const spanMs = Math.min(RATE_MS, Math.max(slotMs, nowMs - sinceMs))
      return Math.round((bytes * 8) / spanMs)
    },
  }
}

function makePollers(clock: Clock) {
  const seen = new Map<string, number>()
  let hasAny = false
  return {
    add(key: string) {
      hasAny = true
      // Set again, so that the order is the order of asking.
      seen.delete(key)
      if (seen.size >= POLLERS_MAX) seen.delete(seen.keys().next().value!)
      seen.set(key, clock.steadyMs())
    },
    count(): number | undefined {
      const oldest = clock.steadyMs() - POLL_MS
      for (const [key, atMs] of seen) {
        if (atMs >= oldest) break
        seen.delete(key)
      }
      return hasAny ? seen.size : undefined
    },
  }
}

function makeParts(clock: Clock) {
  let written = 0
  let late = 0
  let lastMs: number | undefined
  return {
    begin() { lastMs = undefined },
    add(durationMs: number) {
      const nowMs = clock.steadyMs()
      if (lastMs !== undefined && nowMs - lastMs > durationMs * LATE_SHARE) late++
      lastMs = nowMs
      written++
    },
    read: () => ({ partsWritten: written, partsLate: late }),
  }
}

export function makeShowHealth(
  { clock, own }: { clock: Clock; own?: OwnFigures | undefined },
): ShowHealth {
  const rate = makeRate(clock)
  const pollers = makePollers(clock)
  const parts = makeParts(clock)
  let transport: MediaHealth['transport']
  let loss: { fraction: number; atMs: number } | undefined
  let [pliCount, nackCount]: (number | undefined)[] = []
  let readWhep: (() => number) | undefined

  return {
    begin(how) {
      transport = how
      loss = undefined
      rate.begin()
      parts.begin()
    },
    took: rate.add,
    part: parts.add,
    loss(lost, sent) {
      if (!(sent > 0)) return
      const fraction = Math.min(1, Math.max(0, lost / sent))
      loss = { fraction: Math.round(fraction * 1e4) / 1e4, atMs: clock.steadyMs() }
    },
    pli(count = 1) { pliCount = (pliCount ?? 0) + count },
    nack(count = 1) { nackCount = (nackCount ?? 0) + count },
    polled: pollers.add,
    countWhep(count) { readWhep = count },
    read() {
      const isLossKnown = loss !== undefined && clock.steadyMs() - loss.atMs <= LOSS_MS
      const room = own?.places()
      const [viewersHls, viewersWhep, cpu] = [pollers.count(), readWhep?.(), own?.cpuShare?.()]
      return {
        ...(transport && { transport }), kbps: rate.kbps(), ...parts.read(),
        ...(isLossKnown && { lossFraction: loss!.fraction }),
        ...(pliCount !== undefined && { pliCount }), ...(nackCount !== undefined && { nackCount }),
        ...(viewersHls !== undefined && { viewersHls }),
        ...(viewersWhep !== undefined && { viewersWhep }),
        ...(room && {
          placesWhep: room.most, placesKept: room.kept, viewersMoved: room.moved,
        }),
        ...(cpu !== undefined && { cpuShare: Math.round(Math.max(0, cpu) * 1e3) / 1e3 }),
      }
    },
  }
}

/** Share of one core since it was asked last; an answer is good for a second. */
export function makeCpuShare(clock: Clock, cpuMicros: () => number): () => number {
  let from = { atMs: clock.steadyMs(), micros: cpuMicros() }
  let share = 0
  return () => {
    const atMs = clock.steadyMs()
    if (atMs - from.atMs < 1_000) return share
    const micros = cpuMicros()
    share = (micros - from.micros) / 1_000 / (atMs - from.atMs)
    from = { atMs, micros }
    return share
  }
}
