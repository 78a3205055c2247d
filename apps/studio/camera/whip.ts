import type { Quality } from './keeping.ts'
import { startSending, step, type Effect, type Happened, type Sending } from './sending.ts'
import { canSendH264, openSession, type Session } from './whip-session.ts'

export interface WhipDeps {
  /** The stream key of the show; throws what `codeOfError` understands. */
  readKey(): Promise<string>
  readIceServers(): Promise<readonly RTCIceServer[]>
  codeOfError(error: unknown): string
  tell(state: Sending): void
}

/** Sends one picture and one sound to the show, for as long as somebody wants it. */
export interface Whip {
  readonly state: Sending
  publish(): void
  stop(): void
  /** Changes what is sent without a new session. */
  setVideo(track: MediaStreamTrack | null): void
  setAudio(track: MediaStreamTrack | null): void
  setQuality(quality: Quality): void
  stats(): Promise<RTCStatsReport | null>
  /** The page goes away. */
  leave(): void
}

export function makeWhip(deps: WhipDeps): Whip {
  let state = startSending
  let session: Session | null = null
  let timer = 0
  let video: MediaStreamTrack | null = null
  let audio: MediaStreamTrack | null = null
  let quality: Quality = { kbps: 2500, fps: 30 }

  function hear(happened: Happened): void {
    const next = step(state, happened, performance.now())
    const hasChanged = next.state !== state
    state = next.state
    for (const effect of next.effects) run(effect)
    if (hasChanged) deps.tell(state)
  }
  function run(effect: Effect): void {
    clearTimeout(timer)
    if (effect.do === 'open') return void open(effect.turn)
    if (effect.do === 'wait') {
      const { turn, ms } = effect
      timer = window.setTimeout(() => hear({ is: 'again', turn }), ms)
      return undefined
    }
    session?.close()
    session = null
    return undefined
  }
  async function open(turn: number): Promise<void> {
    if (!canSendH264()) return hear({ is: 'refused', turn, code: 'camera.no_h264' })
    try {
      const [streamKey, iceServers] = await Promise.all([deps.readKey(), deps.readIceServers()])
      if (turn !== state.turn) return
      session = openSession({ streamKey, iceServers, video, audio, quality }, {
        connected: () => hear({ is: 'connected', turn }),
        failed: () => hear({ is: 'failed', turn }),
        refused: (code) => hear({ is: 'refused', turn, code }),
      })
    } catch (error) {
      hear({ is: 'refused', turn, code: deps.codeOfError(error) })
    }
  }
  const onOnline = () => hear({ is: 'online' })
  addEventListener('online', onOnline)

  return {
    get state() { return state },
    publish: () => hear({ is: 'publish' }),
    stop: () => hear({ is: 'stop' }),
    setVideo(track) {
      video = track
      if (track) hear({ is: 'media' })
      session?.setVideo(track)
    },
    setAudio(track) {
      audio = track
      session?.setAudio(track)
    },
    setQuality(wanted) {
      quality = wanted
      session?.setQuality(wanted)
    },
    stats: async () => session?.peer.getStats() ?? null,
    leave() {
      removeEventListener('online', onOnline)
      clearTimeout(timer)
      session?.close(true)
      session = null
    },
  }
}
