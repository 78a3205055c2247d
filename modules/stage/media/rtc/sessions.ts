import {
  ok, refuse, secretToken, type Clock, type Log, type Random, type Refusal, type Result,
  type ShowId,
} from '#kernel'
import type { Peers, SoundTurners } from '../contract.ts'
import type { Shows } from '../live/shows.ts'
import { addCandidates } from '#formats/offer'
import { startPublisher } from './publisher.ts'
import { startViewer } from './viewer.ts'

export interface Answered {
  readonly showId: ShowId
  readonly sessionId: string
  readonly answer: string
}

/** Every WebRTC session of this process: publishers over WHIP (RFC 9725), viewers over WHEP
 *  (draft-ietf-wish-whep). */
export interface RtcSessions {
  publish(
    key: string, address: string, offer: string, isBackup?: boolean,
  ): Promise<Result<Answered, Refusal>>
  view(showId: ShowId, offer: string): Promise<Result<Answered, Refusal>>
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

export function makeRtcSessions(deps: RtcOptions & {
  clock: Clock
  random: Random
  log: Log
  shows: Shows
  authorize(streamKey: string, remoteAddress: string): Promise<Result<ShowId>>
}): RtcSessions {
  const { shows, log } = deps
  const sessions = new Map<string, { kind: 'publisher' | 'viewer'; close(): void }>()
  const counts = { publisher: 0, viewer: 0 }

  /** A place is taken before anything is waited for, so that a rush cannot overbook. */
  const begin = async (
    kind: 'publisher' | 'viewer', showId: ShowId,
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
      if (!isOver) sessions.set(sessionId, { kind, close: started.value.close })
      const answer = addCandidates(started.value.answer, deps.publicAddresses, deps.udpPort)
      return ok({ showId, sessionId, answer })
    } catch (error) {
      over()
      throw error
    }
  }

  return {
    async publish(key, address, offer, isBackup = false) {
      if (counts.publisher >= PUBLISHERS_MAX) return refuse('stage.media.full')
      const allowed = await deps.authorize(key, address)
      if (!allowed.ok) return allowed
      const show = await shows.open(allowed.value)
      log.info('whip', { showId: show.id })
      return begin('publisher', show.id, (onClosed) =>
        startPublisher({ ...deps, show, offer, isBackup, onClosed }))
    },
    async view(showId, offer) {
      if (counts.viewer >= deps.viewersMax) return refuse('stage.media.full')
      const show = await shows.find(showId)
      if (!show?.isReceiving) return refuse('stage.media.no_signal')
      return begin('viewer', show.id, (onClosed) =>
        startViewer({ ...deps, show, offer, onClosed }))
    },
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
