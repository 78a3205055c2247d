import type { Refusal } from '#kernel'
import type { PersonEvent, RoomEvent, RoomSnapshot, ServerFrame, StaffEvent,
} from '#stage/gateway/contract'

/** Who the house takes this page for. */
export type You = Extract<ServerFrame, { t: 'snapshot' }>['you']

/** What a page hears of its room. */
export interface Heard {
  /** The whole room: draw it anew. Own orders may have changed meanwhile: read them again. */
  onSnapshot?(room: RoomSnapshot, you: You): void
  onEvents?(events: readonly RoomEvent[]): void
  onPerson?(events: readonly PersonEvent[]): void
  onStaff?(events: readonly StaffEvent[]): void
  /** The server's time of a frame that has just arrived. */
  onTime?(serverNowMs: number): void
}

/** What has to be done about a frame. */
interface Needs {
  /** Something is missing after our seq. */
  ask(): void
  /** The room is whole again. */
  arrived(): void
  reply(ref: string, frame: Extract<ServerFrame, { t: 'reply' }>): void
  pong(frame: Extract<ServerFrame, { t: 'pong' }>): void
  refused(refusal: Refusal): void
  time(serverMs: number): void
}

/** Puts frames in order: each event is heard once, whatever comes twice or is missing. */
export function makeHearing(start: { seq?: number; epoch?: string }, heard: Heard, needs: Needs) {
  let { seq = 0, epoch } = start

  function hearTick(frame: Extract<ServerFrame, { t: 'tick' }>): void {
    const from = frame.s - frame.e.length
    if (from > seq) return needs.ask()
    const fresh = frame.e.slice(seq - from)
    seq = Math.max(seq, frame.s)
    needs.arrived()
    if (fresh.length > 0) heard.onEvents?.(fresh)
  }

  function hearSnapshot(frame: Extract<ServerFrame, { t: 'snapshot' }>): void {
    ;({ epoch } = frame)
    seq = frame.s
    needs.arrived()
    heard.onSnapshot?.(frame.room, frame.you)
    if (frame.staff) heard.onStaff?.(frame.staff)
  }

  return {
    get seq() { return seq },
    get epoch() { return epoch },
    /** The next hello asks for a snapshot. */
    forget() { epoch = undefined },
    hear(frame: ServerFrame): void {
      if ('at' in frame) {
        needs.time(frame.at)
        heard.onTime?.(frame.at)
      }
      switch (frame.t) {
        case 'snapshot': return hearSnapshot(frame)
        case 'tick': return hearTick(frame)
        case 'you': return heard.onPerson?.(frame.e)
        case 'staff': return heard.onStaff?.(frame.e)
        case 'reply': return needs.reply(frame.ref, frame)
        case 'pong': return needs.pong(frame)
        case 'behind': return needs.ask()
        case 'refused': return needs.refused(frame.refusal)
        default: return undefined
      }
    },
  }
}
