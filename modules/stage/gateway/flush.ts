import type { Clock, Log } from '#kernel'
import type { GatewayLimits } from './contract.ts'
import { bytesFor, sendFrame, type Connection } from './connection.ts'
import type { Hub } from './hub.ts'
import { eventsText, makeFrame, tickText, type Frame } from './model/frame.ts'
import { makePacer } from './model/pacer.ts'
import type { Room } from './room.ts'

export interface Flusher {
  readonly tickMs: number
  /** Something waits to be told: the next flush is planned, if it is not yet. */
  wake(): void
  stop(): void
}

/** The frames of one room in one tick, and their bytes put together once for all of the staff. */
interface RoomFrames {
  readonly tick: Frame | null
  readonly staff: Frame | null
  staffBytes: Partial<Record<'ws' | 'sse', Buffer>>
}

/** Tells everyone what happened, one write per connection and tick. */
export function makeFlusher(deps: {
  hub: Hub
  limits: GatewayLimits
  clock: Clock
  log: Log
  close(connection: Connection, code: number, why: string): void
}): Flusher {
  const { hub, limits, clock } = deps
  const pacer = makePacer(limits)
  let planned: { cancel(): void } | null = null
  let dueAtMs = 0
  let earliestMs = -Infinity
  let flushId = 0
  let isStopped = false

  /** Whether this connection hears the signals of this tick; facts of its person it always hears. */
  function hearsSignals(connection: Connection): boolean {
    if (connection.state !== 'live') return false
    const { unsentBytes } = connection.link
    if (unsentBytes === 0) connection.snapshotBytes = 0
    if (unsentBytes - connection.snapshotBytes <= limits.bufferBytes) return true
    connection.state = 'slow'
    return false
  }

  const isTooFull = (connection: Connection): boolean =>
    connection.link.unsentBytes - connection.snapshotBytes > limits.bufferBytesMax

  function roomBytes(connection: Connection, frames: RoomFrames): Buffer | null {
    const { link } = connection
    const { tick, staff } = frames
    if (!connection.isStaff || !staff) return tick ? bytesFor(link, tick) : null
    if (!tick) return bytesFor(link, staff)
    return frames.staffBytes[link.kind]
      ??= Buffer.concat([bytesFor(link, tick), bytesFor(link, staff)])
  }

  function deliver(connection: Connection, frames: RoomFrames | null): void {
    connection.flushId = flushId
    const signals = frames && hearsSignals(connection) ? roomBytes(connection, frames) : null
    const own = connection.person?.frame ?? null
    if (!own) {
      if (signals) connection.link.write(signals)
    } else if (isTooFull(connection)) deps.close(connection, 1008, 'too slow')
    else if (!signals) sendFrame(connection, own)
    else connection.link.write(Buffer.concat([signals, bytesFor(connection.link, own)]))
  }

  function flushRoom(room: Room, nowMs: number): void {
    const events = room.pending.take()
    const staffEvents = room.staff.take()
    for (const event of events) room.ring.push(event)
    const frames: RoomFrames = {
      tick: events.length > 0 ? makeFrame(tickText(room.ring.seq, nowMs, events)) : null,
      staff: staffEvents.length > 0 ? makeFrame(eventsText('staff', nowMs, staffEvents)) : null,
      staffBytes: {},
    }
    for (const connection of room.members) {
      if (frames.tick || connection.isStaff || connection.person?.frame) deliver(connection, frames)
    }
  }

  function flush(): void {
    planned = null
    if (isStopped) return
    const startMs = clock.steadyMs()
    const nowMs = clock.nowMs()
    flushId++
    const told = [...hub.awaited]
    hub.awaited.clear()
    for (const person of told) {
      person.frame = makeFrame(eventsText('you', nowMs, person.pending))
      person.pending = []
    }
    for (const room of hub.rooms.values()) {
      if (!room.pending.isEmpty || !room.staff.isEmpty) flushRoom(room, nowMs)
    }
    for (const person of told) {
      for (const connection of person.connections) {
        if (connection.flushId !== flushId) deliver(connection, null)
      }
      person.frame = null
    }
    const flushMs = clock.steadyMs() - startMs
    pacer.learn(flushMs, startMs - dueAtMs)
    // However much there is to tell, others get a turn in between.
    earliestMs = startMs + Math.max(pacer.tickMs, flushMs * 1.25)
  }

  return {
    get tickMs() { return pacer.tickMs },
    wake() {
      if (planned || isStopped) return
      const nowMs = clock.steadyMs()
      dueAtMs = Math.max(nowMs, earliestMs)
      planned = clock.after(Math.max(0, dueAtMs - nowMs), flush)
    },
    stop() {
      isStopped = true
      planned?.cancel()
    },
  }
}
