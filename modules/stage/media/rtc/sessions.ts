import {
  ok, refuse, secretToken, type Clock, type Log, type Random, type Refusal, type Result,
  type ShowId,
} from '#kernel'
import { backstageLimits, type KeyHolder, type StageList } from '#stage/backstage/contract'
import type { Peers, SoundTurners } from '../contract.ts'
import type { Shows } from '../live/shows.ts'
import { addCandidates } from '#formats/offer'
import { startPublisher } from './publisher.ts'
import { HOST_LINE, idleTurners, makeStages, type Stages } from './stages.ts'
import { startViewer } from './viewer.ts'

export interface Answered {
  readonly showId: ShowId
  readonly sessionId: string
  readonly answer: string
}

export interface PublishAs { readonly isBackup?: boolean; readonly isHostLine?: boolean }

/** Every WebRTC session of this process: publishers over WHIP (RFC 9725), viewers over WHEP
 *  (draft-ietf-wish-whep). */
export interface RtcSessions {
  /** `isHostLine`: beside the show, with its stream key. A guest's key opens the guest's line. */
  publish(
    key: string, address: string, offer: string, as?: PublishAs,
  ): Promise<Result<Answered, Refusal>>
  view(showId: ShowId, offer: string): Promise<Result<Answered, Refusal>>
  /** The own line of somebody on stage; with a stream key of the show also of those who wait. */
  viewGuest(showId: ShowId, offer: string, asked: {
    who: string; key: string | undefined; address: string
  }): Promise<Result<Answered, Refusal>>
  /** Who is on stage now: sessions of those who are not are ended. */
  setStage(showId: ShowId, list: StageList): void
  /** The show is over, or another process has it: nobody is on its stage here any longer. */
  clearStage(showId: ShowId): void
  /** Who sends a line of their own beside the show. */
  senders(showId: ShowId): string[]
  /** Shows that somebody is beside here. */
  staged(): ShowId[]
  /** False when there is no such session. */
  end(sessionId: string): boolean
  readonly viewers: number
  close(): void
}

export interface RtcOptions {
  readonly peers: Peers
  readonly turners: SoundTurners
  readonly udpPort: number
  /** Addresses of this machine as the world sees it, added to every answer. */
  readonly publicAddresses: readonly string[]
  readonly viewersMax: number
  readonly maxKbps: number
}

const PUBLISHERS_MAX = 64
/** Beyond the viewers: people on stage see each other also in a full house. */
const STAGE_VIEWERS_MAX = 256

interface Session {
  readonly kind: 'publisher' | 'viewer'
  readonly showId: ShowId
  /** Whose line it sends or watches; undefined: the show's own. */
  readonly who: string | undefined
  /** Staff may watch those who are not on stage. */
  readonly isStaff: boolean
  /** Of those who watch by an address of the guests' picture. */
  readonly pictureRound: number | undefined
  close(): void
}

interface Begin {
  readonly kind: Session['kind']
  readonly showId: ShowId
  readonly who?: string
  readonly isStaff?: boolean
  readonly pictureRound?: number | undefined
}

export function makeRtcSessions(deps: RtcOptions & {
  clock: Clock
  random: Random
  log: Log
  shows: Shows
  identify(streamKey: string, remoteAddress: string): Promise<Result<KeyHolder>>
}): RtcSessions {
  const { shows, log } = deps
  const stages: Stages = makeStages(deps)
  const sessions = new Map<string, Session>()
  const counts = { publisher: 0, viewer: 0 }

  /** A place is taken before anything is waited for, so that a rush cannot overbook. */
  const begin = async (
    { kind, showId, who, isStaff = false, pictureRound }: Begin,
    start: (onClosed: () => void) => Promise<Result<{ answer: string; close(): void }, Refusal>>,
  ): Promise<Result<Answered, Refusal>> => {
    const sessionId = secretToken(deps.random, 18)
    counts[kind]++
    let isOver = false
    const over = (): void => {
      if (isOver) return
      isOver = true
      counts[kind]--
      sessions.delete(sessionId)
    }
    try {
      const started = await start(over)
      if (!started.ok) {
        over()
        return started
      }
      const { close } = started.value
      if (!isOver) sessions.set(sessionId, { kind, showId, who, isStaff, pictureRound, close })
      const answer = addCandidates(started.value.answer, deps.publicAddresses, deps.udpPort)
      return ok({ showId, sessionId, answer })
    } catch (error) {
      over()
      throw error
    }
  }

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
    async view(showId, offer) {
      if (counts.viewer >= deps.viewersMax) return refuse('stage.media.full')
      const show = await shows.find(showId)
      if (!show?.isReceiving) return refuse('stage.media.no_signal')
      return begin({ kind: 'viewer', showId }, (onClosed) =>
        startViewer({ ...deps, show, offer, onClosed }))
    },
    async viewGuest(showId, offer, { who, key, address }) {
      const most = deps.viewersMax + (key === undefined ? 0 : STAGE_VIEWERS_MAX)
      if (counts.viewer >= most) return refuse('stage.media.full')
      const asker = key === undefined ? undefined : await deps.identify(key, address)
      if (asker?.ok === false) return asker
      if (asker && asker.value.showId !== showId) return refuse('stage.show.key_unknown')
      const { guest, pictureRound } = asker?.value ?? {}
      const isStaff = asker !== undefined && !guest && pictureRound === undefined
      const spot = stages.find(showId, who)
      // Somebody who is not on stage does not exist for viewers.
      const isOpen = spot?.isReceiving && (isStaff || stages.isOnStage(showId, who))
      if (!spot || !isOpen) return refuse('stage.media.no_signal')
      const answered = await begin({ kind: 'viewer', showId, who, isStaff, pictureRound },
        (onClosed) => startViewer({ ...deps, show: spot, offer, onClosed }))
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
    end(sessionId) {
      const session = sessions.get(sessionId)
      session?.close()
      return session !== undefined
    },
    get viewers() { return counts.viewer },
    close() {
      for (const session of [...sessions.values()]) session.close()
      deps.peers.close()
      deps.turners.close()
    },
  }
}
