import {
  ok, refuse, secretToken, type Clock, type Log, type Random, type Refusal, type Result,
  type ShowId,
} from '#kernel'
import { backstageLimits, type KeyHolder, type StageList } from '#stage/backstage/contract'
import type { Peers, SoundTurners } from '../contract.ts'
import type { Shows } from '../live/shows.ts'
import { addCandidates } from '#formats/offer'
import { keptOf, makePlaces, type Place, type PlaceWish } from './model/places.ts'
import { startPublisher } from './publisher.ts'
import { HOST_LINE, idleTurners, makeStages, type Stages } from './stages.ts'
import { planViewer, startViewer, type ViewerPlan } from './viewer.ts'

export interface Answered {
  readonly showId: ShowId
  readonly sessionId: string
  readonly answer: string
  /** Viewers who are to go to LL-HLS now, since this one came: their sessions end within seconds,
   *  or have just ended. */
  readonly moved?: readonly Pick<Place, 'viewer' | 'sessionId'>[]
}

/** One who wants to watch. A key, of the show or of a guest, opens what is not for viewers. */
export interface ViewAs {
  readonly wish: PlaceWish
  readonly key: string | undefined
  readonly address: string
}

export interface PublishAs { readonly isBackup?: boolean; readonly isHostLine?: boolean }

/** Every WebRTC session of this process: publishers over WHIP (RFC 9725), viewers over WHEP
 *  (draft-ietf-wish-whep). */
export interface RtcSessions {
  /** `isHostLine`: beside the show, with its stream key. A guest's key opens the guest's line. */
  publish(
    key: string, address: string, offer: string, as?: PublishAs,
  ): Promise<Result<Answered, Refusal>>
  view(showId: ShowId, offer: string, as: ViewAs): Promise<Result<Answered, Refusal>>
  /** The own line of somebody on stage; with a stream key of the show also of those who wait. */
  viewGuest(
    showId: ShowId, offer: string, as: ViewAs & { readonly who: string },
  ): Promise<Result<Answered, Refusal>>
  /** Who is on stage now: sessions of those who are not are ended. */
  setStage(showId: ShowId, list: StageList): void
  /** The show is over, or another process has it: nobody is on its stage here any longer. */
  clearStage(showId: ShowId): void
  /** Who sends a line of their own beside the show. */
  senders(showId: ShowId): string[]
  /** Shows that somebody is beside here. */
  staged(): ShowId[]
  /** The viewer of that session has a seat now: who makes room for them, as in Answered. Undefined:
   *  there is no such session. */
  keep(showId: ShowId, sessionId: string, wish: PlaceWish): Answered['moved']
  /** `moved`: it was ended a moment ago to make room. */
  end(sessionId: string): 'ended' | 'moved' | 'unknown'
  readonly viewers: number
  /** Places of this process, and viewers who made room so far. */
  readPlaces(): { readonly most: number; readonly kept: number; readonly moved: number }
  close(): void
}

export interface RtcOptions {
  readonly peers: Peers
  readonly turners: SoundTurners
  readonly udpPort: number
  /** Addresses of this machine as the world sees it, added to every answer. */
  readonly publicAddresses: readonly string[]
  readonly viewersMax: number
  /** How many of them are kept for those who buy or come on stage; see `keptOf`. */
  readonly viewersKept?: number | undefined
  readonly maxKbps: number
}

const PUBLISHERS_MAX = 64
/** Beyond the viewers: people on stage see each other also in a full house. */
const STAGE_VIEWERS_MAX = 256
/** Who is asked to leave has so long for a picture by LL-HLS. */
const LEAVE_MS = 4_000
/** Sessions that were ended to make room can be asked about for so long. */
const MOVED_MS = 60_000
const MOVED_MAX = 1_000

interface Session {
  readonly kind: 'publisher' | 'viewer'
  readonly showId: ShowId
  /** Whose line it sends or watches; undefined: the show's own. */
  readonly who: string | undefined
  /** Staff may watch those who are not on stage. */
  readonly isStaff: boolean
  /** Of those who watch by an address of the guests' picture. */
  readonly pictureRound: number | undefined
  readonly place: Place | undefined
  close(): void
}

interface Begin {
  readonly kind: Session['kind']
  readonly showId: ShowId
  readonly who?: string
  readonly isStaff?: boolean
  readonly pictureRound?: number | undefined
  /** Of a viewer who has none because people on stage see each other also in a full house. */
  readonly place?: Place
}

/** Sessions that were ended to make room, for those who ask why. */
function makeMoved(clock: Clock) {
  const ended = new Map<string, number>()
  return {
    add(sessionId: string): void {
      ended.set(sessionId, clock.steadyMs())
      for (const [id, atMs] of ended) {
        if (clock.steadyMs() - atMs < MOVED_MS && ended.size <= MOVED_MAX) break
        ended.delete(id)
      }
    },
    has: (sessionId: string): boolean =>
      clock.steadyMs() - (ended.get(sessionId) ?? -Infinity) < MOVED_MS,
  }
}

export function makeRtcSessions(deps: RtcOptions & {
  clock: Clock
  random: Random
  log: Log
  shows: Shows
  identify(streamKey: string, remoteAddress: string): Promise<Result<KeyHolder>>
}): RtcSessions {
  const { shows, log, clock } = deps
  const stages: Stages = makeStages(deps)
  const sessions = new Map<string, Session>()
  const counts = { publisher: 0, stage: 0 }
  const most = deps.viewersMax
  const kept = Math.min(most, deps.viewersKept ?? keptOf(most))
  const places = makePlaces({ most, kept })
  const movedAway = makeMoved(clock)

  /** A place is taken before anything is waited for, so that a rush cannot overbook. */
  const begin = async (
    { kind, showId, who, isStaff = false, pictureRound, place }: Begin,
    start: (onClosed: () => void) => Promise<Result<{ answer: string; close(): void }, Refusal>>,
  ): Promise<Result<Answered, Refusal>> => {
    const sessionId = place?.sessionId ?? secretToken(deps.random, 18)
    const counted = kind === 'publisher' ? 'publisher' : 'stage'
    if (!place) counts[counted]++
    let isOver = false
    const over = (): void => {
      if (isOver) return
      isOver = true
      if (place) places.leave(place)
      else counts[counted]--
      sessions.delete(sessionId)
    }
    try {
      const started = await start(over)
      if (!started.ok) {
        over()
        return started
      }
      const { close } = started.value
      if (!isOver) {
        sessions.set(sessionId, { kind, showId, who, isStaff, pictureRound, place, close })
        if (place) places.open(place)
      }
      const answer = addCandidates(started.value.answer, deps.publicAddresses, deps.udpPort)
      return ok({ showId, sessionId, answer })
    } catch (error) {
      over()
      throw error
    }
  }

  const hangUp = ({ sessionId }: Place): void => {
    movedAway.add(sessionId)
    sessions.get(sessionId)?.close()
  }

  const askToLeave = (asked: readonly Place[]): readonly Place[] => {
    for (const place of asked) {
      clock.after(LEAVE_MS, () => { if (place.isLeaving) hangUp(place) })
    }
    return asked
  }

  /** A viewer, if there is a place; those who make room for them go now or soon. */
  const seat = async (
    what: Omit<Begin, 'kind' | 'place'>, plan: ViewerPlan, wish: PlaceWish,
  ): Promise<Result<Answered, Refusal>> => {
    const entry = places.enter(secretToken(deps.random, 18), wish, clock.nowMs())
    if (!entry) return refuse('stage.media.full')
    const asked = askToLeave(entry.asked)
    if (entry.gone) hangUp(entry.gone)
    const moved = entry.gone ? [entry.gone, ...asked] : asked
    const answered = await begin({ ...what, kind: 'viewer', place: entry.place }, (onClosed) =>
      startViewer(plan, { ...deps, onClosed }))
    return answered.ok ? ok({ ...answered.value, moved }) : answered
  }

  /** One who is on stage or runs the show. */
  const seatOnStage = (what: Omit<Begin, 'kind' | 'place'>, plan: ViewerPlan) =>
    counts.stage >= STAGE_VIEWERS_MAX ? refuse('stage.media.full')
      : begin({ ...what, kind: 'viewer' }, (onClosed) => startViewer(plan, { ...deps, onClosed }))

  /** Sent away while the session was under way, too. */
  const isWelcome = ({ kind, showId, who, isStaff, pictureRound }: Session): boolean => {
    if (who === undefined) return true
    if (pictureRound !== undefined && stages.isOldPicture(showId, pictureRound)) return false
    if (kind === 'publisher') return who === HOST_LINE || stages.isKnown(showId, who)
    return stages.isOnStage(showId, who) || (isStaff && stages.find(showId, who) !== undefined)
  }

  const judge = (showId: ShowId): void => {
    for (const session of [...sessions.values()]) {
      if (session.showId === showId && !isWelcome(session)) session.close()
    }
  }

  const publishGuest = async (
    showId: ShowId, who: string, offer: string,
  ): Promise<Result<Answered, Refusal>> => {
    log.info('whip guest', { showId, who })
    const answered = await begin({ kind: 'publisher', showId, who }, (onClosed) => startPublisher({
      ...deps, show: stages.spot(showId, who), offer, onClosed, turners: idleTurners,
      maxKbps: backstageLimits.guestKbpsMax, isUncut: true, isBackup: false,
    }))
    judge(showId)
    return answered
  }

  return {
    async publish(key, address, offer, { isBackup = false, isHostLine = false } = {}) {
      if (counts.publisher >= PUBLISHERS_MAX) return refuse('stage.media.full')
      const allowed = await deps.identify(key, address)
      if (!allowed.ok) return allowed
      const { showId, guest, pictureRound } = allowed.value
      if (pictureRound !== undefined) return refuse('stage.show.key_unknown')
      if (guest) {
        const { revision, ...state } = guest
        const isKnown = stages.learn(showId, state, revision)
        return isHostLine || !isKnown ? refuse('stage.show.key_unknown')
          : publishGuest(showId, guest.id, offer)
      }
      if (isHostLine) return publishGuest(showId, HOST_LINE, offer)
      const show = await shows.open(showId)
      log.info('whip', { showId: show.id })
      return begin({ kind: 'publisher', showId }, (onClosed) =>
        startPublisher({ ...deps, show, offer, isBackup, onClosed }))
    },
    async view(showId, offer, { wish, key, address }) {
      const show = await shows.find(showId)
      if (!show?.isReceiving) return refuse('stage.media.no_signal')
      const plan = planViewer(show, offer)
      if (!plan.ok) return plan
      const asker = key === undefined ? undefined : await deps.identify(key, address)
      const isOfShow = asker?.ok === true && asker.value.showId === showId
        && asker.value.pictureRound === undefined
      return isOfShow ? seatOnStage({ showId }, plan.value) : seat({ showId }, plan.value, wish)
    },
    async viewGuest(showId, offer, { who, key, address, wish }) {
      const asker = key === undefined ? undefined : await deps.identify(key, address)
      if (asker?.ok === false) return asker
      if (asker && asker.value.showId !== showId) return refuse('stage.show.key_unknown')
      const { guest, pictureRound } = asker?.value ?? {}
      const isStaff = asker !== undefined && !guest && pictureRound === undefined
      const spot = stages.find(showId, who)
      // Somebody who is not on stage does not exist for viewers.
      const isOpen = spot?.isReceiving && (isStaff || stages.isOnStage(showId, who))
      if (!spot || !isOpen) return refuse('stage.media.no_signal')
      const plan = planViewer(spot, offer)
      if (!plan.ok) return plan
      const what = { showId, who, isStaff, pictureRound }
      if (!asker) return seat(what, plan.value, wish)
      const answered = await seatOnStage(what, plan.value)
      // The address may have been made anew meanwhile.
      judge(showId)
      return answered
    },
    setStage(showId, list) {
      stages.set(showId, list)
      judge(showId)
    },
    clearStage(showId) {
      stages.clear(showId)
      for (const session of [...sessions.values()]) {
        if (session.showId === showId && session.who !== undefined) session.close()
      }
    },
    senders: stages.senders,
    staged: () => [...new Set([...sessions.values()]
      .flatMap(({ showId, who }) => (who === undefined ? [] : [showId])))],
    keep(showId, sessionId, wish) {
      const session = sessions.get(sessionId)
      if (session?.kind !== 'viewer' || session.showId !== showId) return undefined
      return session.place ? askToLeave(places.keep(session.place, wish, clock.nowMs())) : []
    },
    end(sessionId) {
      const session = sessions.get(sessionId)
      session?.close()
      return session ? 'ended' : movedAway.has(sessionId) ? 'moved' : 'unknown'
    },
    get viewers() { return places.size + counts.stage },
    readPlaces: () => ({ most, kept, moved: places.moves }),
    close() {
      for (const session of [...sessions.values()]) session.close()
      deps.peers.close()
      deps.turners.close()
    },
  }
}
