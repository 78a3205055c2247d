import type { Clock } from '#kernel'
import type { GatewayLimits } from './contract.ts'
import { bytesFor, type Connection, type Room } from './connection.ts'
import type { Hub } from './hub.ts'
import { eventsText, makeFrame, tickText, type Frame } from './model/frame.ts'
import { makePacer } from './model/pacer.ts'

export interface Flusher {
  readonly tickMs: number
  /** Something waits to be told: everyone is visited once more. */
  wake(): void
  stop(): void
}

/** Connections visited in one go. Between two goes the rest of the process has its turn, and what
 *  it brought is told already: nobody waits for the whole house to be told. */
const sliceSize = 640
const gapShare = 0.03

/** Tells everyone what happened, at most one write per connection and tick. The house is walked
 *  round in slices; a connection is visited again a tick after its last visit at the earliest, and
 *  at once when nothing was told for that long. */
export function makeFlusher(deps: {
  hub: Hub
  limits: GatewayLimits
  clock: Clock
  close(connection: Connection, code: number, why: string): void
}): Flusher {
  const { hub, limits, clock } = deps
  const { list } = hub
  const pacer = makePacer(limits)
  let planned: { cancel(): void } | null = null
  let isStopped = false
  let next = 0
  /** Visits until everyone has heard what was told last. */
  let left = 0
  let dueAtMs = 0
  let freeAtMs = -Infinity
  let round = { visits: 0, ms: 0, lateMs: 0 }

  const isOver = (connection: Connection, bytes: number): boolean =>
    connection.link.unsentBytes - connection.snapshotBytes > bytes

  /** Whether this connection hears signals now; facts about its person it hears even when slow. */
  function hearsSignals(connection: Connection): boolean {
    if (connection.state !== 'live') return false
    const hasSnapshot = connection.snapshotBytes > 0
    if (hasSnapshot && connection.link.unsentBytes === 0) connection.snapshotBytes = 0
    if (!isOver(connection, limits.bufferBytes)) return true
    connection.state = 'slow'
    return false
  }

  /** From the seq a connection has to the room's; the same for nearly everyone, so made once. */
  function tickFrame(room: Room, seq: number, nowMs: number): Frame | null {
    const { memo } = room
    const to = room.ring.seq
    if (memo && memo.from === seq && memo.to === to && memo.atMs === nowMs) return memo.frame
    const events = room.ring.since(seq)
    if (!events) return null
    const frame = makeFrame(tickText(to, nowMs, events))
    room.memo = { from: seq, to, atMs: nowMs, frame }
    return frame
  }

  function takeSignals(connection: Connection, room: Room, nowMs: number): Buffer[] {
    const parts: Buffer[] = []
    if (!hearsSignals(connection)) {
      connection.staffTexts = []
      return parts
    }
    if (connection.seq !== room.ring.seq) {
      const frame = tickFrame(room, connection.seq, nowMs)
      connection.seq = room.ring.seq
      // Not even the ring reaches back that far: it has to take a snapshot.
      if (!frame) connection.state = 'behind'
      parts.push(bytesFor(connection.link, frame ?? makeFrame('{"t":"behind"}')))
    }
    if (connection.staffTexts.length > 0) {
      const frame = makeFrame(eventsText('staff', nowMs, connection.staffTexts))
      parts.push(bytesFor(connection.link, frame))
      connection.staffTexts = []
    }
    return parts
  }

  /** True when something was written. */
  function visit(connection: Connection, nowMs: number): boolean {
    const { room, state, link } = connection
    if (!room || state === 'joining') return false
    const isUpToDate = connection.seq === room.ring.seq && connection.staffTexts.length === 0
    if (isUpToDate && connection.ownTexts.length === 0) return false
    const parts = takeSignals(connection, room, nowMs)
    if (connection.ownTexts.length > 0) {
      if (isOver(connection, limits.bufferBytesMax)) {
        deps.close(connection, 1008, 'too slow')
        return false
      }
      parts.push(bytesFor(link, makeFrame(eventsText('you', nowMs, connection.ownTexts))))
      connection.ownTexts = []
    }
    if (parts.length === 0) return false
    link.write(parts.length === 1 ? parts[0]! : Buffer.concat(parts))
    return true
  }

  /** What was told since the last slice gets its numbers. */
  function number(): void {
    for (const room of hub.awaited) {
      for (const event of room.pending.take()) room.ring.push(event)
      const texts = room.staff.take().map((event) => JSON.stringify(event))
      if (texts.length === 0) continue
      for (const connection of room.members) {
        if (connection.isStaff) connection.staffTexts.push(...texts)
      }
    }
    hub.awaited.clear()
  }

  /** A whole round is judged, not a slice: one that was interrupted says little. */
  function learn(visits: number, tookMs: number, lateMs: number): void {
    round.visits += visits
    round.ms += tookMs
    round.lateMs = Math.max(round.lateMs, lateMs)
    if (round.visits < list.length || round.visits === 0) return
    pacer.learn(round.ms * list.length / round.visits, round.lateMs)
    round = { visits: 0, ms: 0, lateMs: 0 }
  }

  function runSlice(): void {
    planned = null
    if (isStopped) return
    const startMs = clock.steadyMs()
    number()
    const nowMs = clock.nowMs()
    // Closing takes a connection out of the list, so the slice is copied first.
    if (next >= list.length) next = 0
    const slice = list.slice(next, next + sliceSize)
    next += slice.length
    left -= slice.length
    let hasWritten = false
    for (const connection of slice) hasWritten = visit(connection, nowMs) || hasWritten
    if (hasWritten) for (const connection of slice) connection.visitedAtMs = startMs
    const sliceMs = clock.steadyMs() - startMs
    learn(slice.length, sliceMs, startMs - dueAtMs)
    freeAtMs = startMs + sliceMs * (1 + gapShare)
    if (left > 0 && list.length > 0) plan()
  }

  function plan(): void {
    const nowMs = clock.steadyMs()
    const first = list[next >= list.length ? 0 : next]
    const rested = first ? first.visitedAtMs + pacer.tickMs : -Infinity
    dueAtMs = Math.max(nowMs, freeAtMs, rested)
    planned = clock.after(dueAtMs - nowMs, runSlice)
  }

  return {
    get tickMs() { return pacer.tickMs },
    wake() {
      left = list.length
      if (!planned && !isStopped) plan()
    },
    stop() {
      isStopped = true
      planned?.cancel()
    },
  }
}
