import type { Clock, Log, Refusal, ShowId } from '#kernel'
import type { Who } from '#people/accounts/contract'
import { protocol, type ClientMessage, type GatewayLimits, type GatewayPorts, type RoomSnapshot,
  type ServerFrame } from './contract.ts'
import { sendFrame, type Connection, type Room } from './connection.ts'
import type { Hub } from './hub.ts'
import { eventsText, makeFrame, tickText } from './model/frame.ts'

export type Hello = Extract<ClientMessage, { t: 'hello' }>

/** Lets connections into rooms, and back onto the stream when they have missed something. */
export interface Entry {
  join(connection: Connection, hello: Hello): Promise<void>
  /** From its seq when the room still has it, else with a new snapshot. */
  resync(connection: Connection, seq: number): Promise<void>
  /** The same without a connection, as frames: for those who ask over HTTP. */
  catchUp(who: Who, showId: ShowId, seq: number): Promise<string[] | null>
  snapshot(showId: ShowId): Promise<{ room: RoomSnapshot; seq: number; epoch: string } | null>
  refuse(connection: Connection, refusal: Refusal): void
  send(connection: Connection, frame: ServerFrame): void
}

const unknownMs = 5000
const unknownMax = 10_000

export function makeEntry(deps: {
  hub: Hub
  ports: GatewayPorts
  who(token: string | undefined): Promise<Who>
  limits: GatewayLimits
  clock: Clock
  log: Log
  /** What waited while somebody was let in goes out now. */
  wake(): void
  close(connection: Connection, code: number, why: string): void
}): Entry {
  const { hub, ports, clock } = deps
  const unknown = new Map<ShowId, number>()

  const send = (connection: Connection, frame: ServerFrame) =>
    sendFrame(connection, makeFrame(JSON.stringify(frame)))
  function refuse(connection: Connection, refusal: Refusal): void {
    send(connection, { t: 'refused', refusal })
    deps.close(connection, 4000, refusal.code)
  }

  /** Shows that do not exist are remembered for a while, so that guessing ids costs us nothing. */
  function isUnknown(showId: ShowId): boolean {
    const untilMs = unknown.get(showId)
    return untilMs !== undefined && untilMs > clock.nowMs()
  }

  function noteUnknown(room: Room): void {
    hub.closeRoom(room)
    if (unknown.size >= unknownMax) unknown.delete(unknown.keys().next().value!)
    unknown.set(room.showId, clock.nowMs() + unknownMs)
  }

  async function describe(who: Who, showId: ShowId) {
    const isMuted = who.personId ? await ports.isMuted(showId, who.personId) : false
    return { personId: who.personId, displayName: who.displayName, muted: isMuted }
  }

  /** The snapshot and what happened since it was taken, as texts. Nothing is awaited after the last
   *  read, so what these texts say is followed by the next tick without a gap. */
  async function readFrames(room: Room, who: Who, isStaff: boolean): Promise<string[] | null> {
    const you = await describe(who, room.showId)
    const staff = isStaff ? await ports.staffSnapshot(room.showId) : null
    for (let attempt = 0; attempt < 5; attempt++) {
      const snapshot = await room.readSnapshot()
      if (!snapshot) return null
      const since = room.ring.since(snapshot.seq)
      if (!since) continue
      const atMs = clock.nowMs()
      const text = `{"t":"snapshot","v":${protocol},"epoch":"${room.epoch}","s":${snapshot.seq},`
        + `"at":${atMs},"room":${snapshot.text},"you":${JSON.stringify(you)}`
        + `${staff ? `,"staff":${JSON.stringify(staff)}` : ''}}`
      return since.length > 0 ? [text, tickText(room.ring.seq, atMs, since)] : [text]
    }
    throw new Error('bug: the ring runs faster than snapshots are read')
  }

  async function enterFresh(connection: Connection, room: Room, who: Who): Promise<void> {
    const texts = await readFrames(room, who, connection.isStaff)
    if (connection.state === 'closed') return
    if (!texts) {
      noteUnknown(room)
      return refuse(connection, { code: 'stage.gateway.show_unknown' })
    }
    for (const text of texts) sendFrame(connection, makeFrame(text))
    connection.snapshotBytes = connection.link.unsentBytes
    connection.seq = room.ring.seq
    connection.state = 'live'
    if (!connection.room) hub.enter(connection, room)
    if (connection.ownTexts.length > 0) deps.wake()
  }

  function resume(connection: Connection, room: Room, seq: number): boolean {
    const since = room.ring.since(seq)
    if (!since) return false
    sendFrame(connection, makeFrame(tickText(room.ring.seq, clock.nowMs(), since)))
    connection.seq = room.ring.seq
    connection.state = 'live'
    if (!connection.room) hub.enter(connection, room)
    if (connection.ownTexts.length > 0) deps.wake()
    return true
  }

  async function sendStaffSnapshot(connection: Connection, showId: ShowId): Promise<void> {
    if (!connection.isStaff) return
    const events = await ports.staffSnapshot(showId)
    const texts = events.map((event) => JSON.stringify(event))
    sendFrame(connection, makeFrame(eventsText('staff', clock.nowMs(), texts)))
  }

  /** Why this person may not have what the hello asks for; null when they may. */
  function judge(hello: Hello, who: Who): Refusal | null {
    if (hello.staff !== true || ports.allowed(who, 'studio.enter')) return null
    return { code: who.personId ? 'people.accounts.not_allowed' : 'people.accounts.sign_in_needed' }
  }

  async function letIn(connection: Connection, hello: Hello): Promise<void> {
    const who = await deps.who(connection.token)
    if (connection.state === 'closed') return
    const refusal = judge(hello, who)
    if (refusal) return refuse(connection, refusal)
    const showId = hello.show as ShowId
    if (isUnknown(showId)) return refuse(connection, { code: 'stage.gateway.show_unknown' })
    connection.who = who
    connection.showId = showId
    connection.isStaff = hello.staff === true
    connection.market = hello.market ?? null
    if (who.personId) hub.know(who.personId, connection)
    const room = hub.openRoom(showId)
    const isSame = hello.epoch === room.epoch && hello.seq !== undefined
    if (isSame && resume(connection, room, hello.seq!)) {
      return sendStaffSnapshot(connection, showId)
    }
    await enterFresh(connection, room, who)
  }

  async function guard(connection: Connection, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      deps.log.warn('gateway.join_failed', { error: String(error) })
      if (connection.state !== 'closed') refuse(connection, { code: 'http.unavailable' })
    }
  }

  return {
    send, refuse,
    async join(connection, hello) {
      connection.state = 'joining'
      if (hello.v !== protocol) return refuse(connection, { code: 'stage.gateway.protocol_old' })
      await guard(connection, () => letIn(connection, hello))
    },
    async resync(connection, seq) {
      const { room, who } = connection
      if (!room || !who || connection.state === 'slow') return
      if (resume(connection, room, seq)) {
        return guard(connection, () => sendStaffSnapshot(connection, room.showId))
      }
      connection.state = 'joining'
      await guard(connection, () => enterFresh(connection, room, who))
    },
    async snapshot(showId) {
      if (isUnknown(showId)) return null
      const room = hub.openRoom(showId)
      const taken = await room.readSnapshot()
      if (taken) {
        return { room: JSON.parse(taken.text) as RoomSnapshot, seq: taken.seq, epoch: room.epoch }
      }
      noteUnknown(room)
      return null
    },
    async catchUp(who, showId, seq) {
      if (isUnknown(showId)) return null
      const room = hub.openRoom(showId)
      const since = room.ring.seq > 0 ? room.ring.since(seq) : null
      if (since) return [tickText(room.ring.seq, clock.nowMs(), since)]
      const texts = await readFrames(room, who, false)
      if (!texts) noteUnknown(room)
      return texts
    },
  }
}
