import type { PersonId, ShowId } from '#kernel'
import type { Who } from '#people/accounts/contract'
import type { Bucket } from './model/bucket.ts'
import type { Frame } from './model/frame.ts'
import type { Pending, StaffPending } from './model/pending.ts'
import type { Ring } from './model/ring.ts'

/** One way to reach a client: a WebSocket or a stream of server-sent events. */
export interface Link {
  readonly kind: 'ws' | 'sse'
  /** Bytes taken from us and not yet taken by the network. */
  readonly unsentBytes: number
  /** Bytes of whole frames, as this kind of link writes them. */
  write(bytes: Buffer): void
  ping(): void
  /** Says goodbye and ends; for good even when the other side does not answer. */
  close(code: number, why: string): void
}

/** hello is awaited -> being let in -> hears everything -> buffer is full -> has been told so and
 *  has not asked yet. */
export type ConnectionState = 'new' | 'joining' | 'live' | 'slow' | 'behind' | 'closed'

export interface Connection {
  readonly id: number
  readonly link: Link
  readonly address: string
  readonly country: string | null
  readonly addressKey: string
  readonly token: string | undefined
  readonly openedAtMs: number
  /** Three times what is allowed: whoever empties this one is thrown out. */
  readonly patience: Bucket
  /** For those without a session; people share theirs over all of their connections. */
  readonly allowance: Bucket
  state: ConnectionState
  who: Who | null
  room: Room | null
  showId: ShowId | null
  isStaff: boolean
  market: string | null
  heardAtMs: number
  isPinged: boolean
  malformed: number
  actsUnderWay: number
  /** Part of what is unsent that is a snapshot: large by nature, not a sign of slowness. */
  snapshotBytes: number
  /** The last event of its room that was written to it. */
  seq: number
  /** What waits for the next visit, as JSON texts: for its person, and for staff. */
  ownTexts: string[]
  staffTexts: string[]
  visitedAtMs: number
  /** Its place in the round of visits. */
  place: number
  person: Person | null
}

/** Somebody with a session, over all of their connections here. */
export interface Person {
  readonly id: PersonId
  readonly connections: Set<Connection>
  readonly bucket: Bucket
}

export interface Count {
  readonly viewers: number
  readonly demo: number
  readonly countries: Record<string, number>
}

/** Everyone who watches one show through this process, and what they are about to hear. */
export interface Room {
  readonly showId: ShowId
  /** Numbers mean something only within one epoch. */
  readonly epoch: string
  readonly ring: Ring
  readonly pending: Pending
  readonly staff: StaffPending
  readonly members: Set<Connection>
  emptySinceMs: number
  /** The tick that was made last: nearly everyone needs the same. */
  memo: { from: number; to: number; atMs: number; frame: Frame } | null
  /** Whether people came, left or moved since they were counted last. */
  isCountOld: boolean
  count(): Count
  /** The room as JSON and the seq it holds for; shared by all who join within half a second. */
  readSnapshot(): Promise<{ seq: number; text: string } | null>
}

export const bytesFor = (link: Link, frame: Frame): Buffer =>
  link.kind === 'ws' ? frame.ws : frame.sse
export const sendFrame = (connection: Connection, frame: Frame): void => {
  connection.link.write(bytesFor(connection.link, frame))
}
