import type { RoomEvent, RoomSnapshot } from '#stage/gateway/contract'
import type { MediaClock } from '../stage/media-clock.ts'
import { addCue, takeDue, type Moment, type Queue } from './queue.ts'
import { revise, timingOf } from './table.ts'

export interface CueingDeps {
  readonly media: Pick<MediaClock, 'playheadMs' | 'stillSinceMs' | 'onSight'>
  readonly serverNowMs: () => number
  readonly perfMs: () => number
  readonly isHidden: () => boolean
  /** The room as it is on the screen. */
  readonly shown: () => RoomSnapshot
  readonly show: (events: readonly RoomEvent[]) => void
  /** Calls again and again until told to stop. */
  readonly every: (ms: number, run: () => void) => () => void
}

export interface Cueing {
  hear(events: readonly RoomEvent[]): void
  /** A room that was read anew: answers what of it can be drawn now; the rest follows. */
  draw(room: RoomSnapshot): RoomSnapshot
  /** Looks for what is due: after anything has changed that a frame does not tell, e.g. the tab. */
  look(): void
  readonly waiting: number
}

/** Between frames, and where there are none. */
const LOOK_MS = 50

const eventsOf = (room: RoomSnapshot): RoomEvent[] => [
  { k: 'pin', product: room.pinned, mediaMs: room.pinnedMediaMs },
  { k: 'offer', offer: room.offer },
]

/** What stays on the card while the next pin waits, if it is still a product of the show. */
function stillPinned(before: RoomSnapshot, room: RoomSnapshot) {
  const { pinned, pinnedMediaMs } = before
  return room.lineUp.some((card) => card.id === pinned?.id) ? { pinned, pinnedMediaMs }
    : { pinned: null, pinnedMediaMs: null }
}

/** Holds what belongs to the picture until the picture is there. */
export function makeCueing(deps: CueingDeps): Cueing {
  const { media, shown, show } = deps
  let queue: Queue<RoomEvent> = []
  let stopLooking: (() => void) | null = null

  function now(): Moment {
    const perfMs = deps.perfMs()
    const since = media.stillSinceMs(perfMs)
    return {
      playheadMs: media.playheadMs(perfMs), stillForMs: since === null ? 0 : perfMs - since,
      serverMs: deps.serverNowMs(), isHidden: deps.isHidden(),
    }
  }
  function look(): void {
    if (queue.length === 0) return
    const taken = takeDue(queue, now())
    ;({ queue } = taken)
    watch()
    if (taken.due.length > 0) show(taken.due)
  }
  function watch(): void {
    if (queue.length > 0) stopLooking ??= deps.every(LOOK_MS, look)
    else {
      stopLooking?.()
      stopLooking = null
    }
  }
  function hearOne(event: RoomEvent): void {
    // The end of a show ends what was still to come in it: all of it is shown, then the end.
    if (event.k === 'show' && event.show.state === 'ended') {
      const rest = queue.map((cue) => cue.value)
      queue = []
      return show([...rest, event])
    }
    const timing = timingOf(event, shown(), queue, deps.serverNowMs())
    const revised = revise(queue, event)
    ;({ queue } = revised)
    if (revised.isTaken) return
    if (timing) queue = addCue(queue, { ...timing, value: event })
    else show([event])
  }

  media.onSight(look)
  return {
    hear(events) {
      for (const event of events) hearOne(event)
      watch()
      look()
    },
    draw(room) {
      queue = []
      const before = shown()
      // Two cues at most, judged before either waits.
      const [pin, offer] = eventsOf(room).map((event) => {
        const timing = timingOf(event, before, [], deps.serverNowMs())
        const cue = timing && { ...timing, value: event }
        return cue && takeDue([cue], now()).queue.length > 0 ? cue : null
      })
      for (const cue of [pin, offer]) if (cue) queue = addCue(queue, cue)
      watch()
      return {
        ...room, ...(pin ? stillPinned(before, room) : {}), ...(offer ? { offer: null } : {}),
      }
    },
    look,
    get waiting() { return queue.length },
  }
}
