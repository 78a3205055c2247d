import { ok, refuse, type Clock, type Refusal, type Result, type ShowId } from '#kernel'
import type { StageGuest, StageList } from '#stage/backstage/contract'
import { MEDIA_LIMITS, type MediaProblem, type SoundTurners } from '../contract.ts'
import type { Publisher, Show } from '../live/show.ts'
import type { IngestWatch } from './ingest.ts'
import { makeLine, type Feed, type Line } from './line.ts'

/** Where a WebRTC publisher goes: the show itself, or a line of its own beside it. */
export interface PublishTarget
  extends Pick<Show, 'id' | 'publish' | 'isEnded' | 'needsBackup' | 'standBy'> {
  readonly line: Pick<Line, 'feed'>
  readonly health: IngestWatch
}

/** One person beside the publisher, with a line of their own that nobody records. */
export interface Spot extends PublishTarget {
  readonly line: Line
  readonly isReceiving: boolean
}

/** Who is on the stages of this process beside the publishers. What the server says counts; a newer
 *  revision is never undone by an older one. */
export interface Stages {
  /** Whoever is not named has to go: the caller closes their sessions. */
  set(showId: ShowId, list: StageList): void
  /** Taken from the answer about a key, for when the list has not come (yet). False: they have been
   *  sent away since. */
  learn(showId: ShowId, guest: StageGuest, revision: number): boolean
  spot(showId: ShowId, who: string): Spot
  find(showId: ShowId, who: string): Spot | undefined
  /** Viewers see people who are on stage, and the host's own line while anybody is. */
  isOnStage(showId: ShowId, who: string): boolean
  isKnown(showId: ShowId, who: string): boolean
  /** Whether an address of the guests' picture was replaced by a newer one. */
  isOldPicture(showId: ShowId, round: number): boolean
  /** Who sends a line now. */
  senders(showId: ShowId): string[]
  clear(showId: ShowId): void
}

/** The line of the one who runs the show, without the others in it. */
export const HOST_LINE = 'host'

const SSRCS = { video: 0x51_1c_01_01, audio: 0x51_1c_01_02 } as const
const NOTHING = Buffer.alloc(0)
const quietHealth: IngestWatch = { loss() {}, pli() {}, nack() {} }

/** Sound of a guest is not turned into anything; that it came is worth knowing. */
export const idleTurners: SoundTurners = {
  toAac: (tell) => ({ push: (_data, atMs) => tell.sound(NOTHING, atMs), close() {} }),
  toOpus: () => ({ push() {}, close() {} }),
  close() {},
}

/** Leaves out the sound of somebody who is muted. What goes on afterwards follows without a hole in
 *  its numbers, so nobody asks for what was never meant for them. */
function gate(feed: Feed, isMuted: () => boolean): Feed {
  let newest: number | undefined
  let left = 0
  let floor = -Infinity
  return {
    ...feed,
    forward(kind, packet, info) {
      if (kind === 'video') return feed.forward(kind, packet, info)
      const ahead = newest === undefined ? 1 : Math.max(0, info.sequence - newest)
      newest = Math.max(newest ?? info.sequence, info.sequence)
      if (isMuted()) {
        left += ahead
        floor = newest + 1
        return undefined
      }
      // Said before the mute ended.
      if (info.sequence < floor) return undefined
      return feed.forward(kind, packet, { ...info, sequence: info.sequence - left })
    },
  }
}

function makeSpot(clock: Clock, id: ShowId, isMuted: () => boolean): Spot {
  const line = makeLine({ clock, ssrcs: SSRCS })
  let current: { drop(): void; heardMs: number } | undefined
  return {
    id, health: quietHealth, isEnded: false, needsBackup: false, standBy: () => () => {},
    line: {
      ssrcs: line.ssrcs, setUnfit: line.setUnfit, watch: line.watch, askKeyframe: line.askKeyframe,
      get watchers() { return line.watchers },
      get unfit() { return line.unfit },
      feed: (askKeyframe) => gate(line.feed(askKeyframe), isMuted),
    },
    get isReceiving() { return current !== undefined },
    publish(drop): Result<Publisher, Refusal<MediaProblem>> {
      const isHeard = current && clock.steadyMs() - current.heardMs < MEDIA_LIMITS.silentMs
      if (isHeard) return refuse('stage.media.already_publishing')
      current?.drop()
      const mine = { drop, heardMs: clock.steadyMs() }
      current = mine
      return ok({
        push() {
          mine.heardMs = clock.steadyMs()
          return undefined
        },
        leave() { if (current === mine) current = undefined },
      })
    },
  }
}

interface Stage {
  revision: number
  pictureRound: number
  guests: ReadonlyMap<string, StageGuest>
  readonly spots: Map<string, Spot>
}

export function makeStages(deps: { clock: Clock }): Stages {
  const stages = new Map<ShowId, Stage>()
  const open = (showId: ShowId): Stage => {
    const known = stages.get(showId)
    if (known) return known
    const made: Stage = { revision: -1, pictureRound: 0, guests: new Map(), spots: new Map() }
    stages.set(showId, made)
    return made
  }
  return {
    set(showId, list) {
      const stage = open(showId)
      if (list.revision < stage.revision) return
      stage.revision = list.revision
      stage.pictureRound = list.pictureRound ?? 0
      stage.guests = new Map(list.guests.map((guest) => [guest.id, guest]))
      for (const who of stage.spots.keys()) {
        if (who !== HOST_LINE && !stage.guests.has(who)) stage.spots.delete(who)
      }
    },
    learn(showId, guest, revision) {
      const stage = open(showId)
      if (revision >= stage.revision) {
        stage.guests = new Map([...stage.guests, [guest.id, guest]])
      }
      return stage.guests.has(guest.id)
    },
    spot(showId, who) {
      const stage = open(showId)
      const known = stage.spots.get(who)
      if (known) return known
      const isMuted = () => stage.guests.get(who)?.isMuted ?? false
      const made = makeSpot(deps.clock, showId, isMuted)
      stage.spots.set(who, made)
      return made
    },
    find: (showId, who) => stages.get(showId)?.spots.get(who),
    isOnStage(showId, who) {
      const guests = stages.get(showId)?.guests
      if (!guests) return false
      if (who === HOST_LINE) return [...guests.values()].some((guest) => guest.isOnStage)
      return guests.get(who)?.isOnStage ?? false
    },
    isOldPicture: (showId, round) => round < (stages.get(showId)?.pictureRound ?? 0),
    senders: (showId) => [...stages.get(showId)?.spots ?? []]
      .flatMap(([who, { isReceiving }]) => (isReceiving ? [who] : [])),
    isKnown: (showId, who) => stages.get(showId)?.guests.has(who) ?? false,
    clear: (showId) => void stages.delete(showId),
  }
}
