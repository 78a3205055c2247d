import { wallFromRtp, type MediaClock } from './media-clock.ts'
import {
  keepLastFrame, makePlayer, makeQuality, type Picture, type Player, type PlayerInput,
} from './player.ts'
import { canWhep, openWhep, type Whep } from './whep.ts'
import { makeWhepPolicy } from './whep-policy.ts'

/** Which way the picture comes: WebRTC within a quarter of a second, HLS within two. */
export type Transport = 'whep' | 'hls'

export interface ShowInput extends Omit<PlayerInput, 'video' | 'probe' | 'now'> {
  /** HLS and replays play in this one, */
  readonly slow: HTMLVideoElement
  /** WebRTC in that one: a change shows no gap when both have a picture. */
  readonly fast: HTMLVideoElement
  readonly showId: string
  readonly whepUrl: string
  readonly iceServers: readonly RTCIceServer[]
  /** The server's clock. */
  readonly now: () => number
  readonly media: MediaClock
  /** This element has the picture from now on. */
  readonly onTransport: (transport: Transport) => void
}

type Quality = ReturnType<typeof makeQuality>

/** HLS comes along when WebRTC has no picture by then: the first to have one is shown. */
const ALONE_MS = 1200

/** What is on air, and the change from one way to the other. */
function makeAir(input: ShowInput, quality: Quality) {
  const { slow, fast, media, still, onPicture } = input
  let shown: Transport | null = null
  let hasShown = false
  return {
    get shown() { return shown },
    /** Whether there ever was a picture: what comes after it is an interruption. */
    get hasShown() { return hasShown },
    show(transport: Transport) {
      if (shown === transport) return
      shown = transport
      hasShown = true
      const [on, off] = transport === 'whep' ? [fast, slow] : [slow, fast]
      on.muted = off.muted
      off.muted = true
      still.hidden = true
      quality.look(on)
      input.onTransport(transport)
    },
    /** WebRTC is gone: its last frame stands until HLS has one. */
    loseFast() {
      if (shown !== 'whep') return
      shown = null
      slow.muted = fast.muted
      fast.muted = true
      media.hold(performance.now())
      keepLastFrame(fast, still)
      onPicture('troubled')
    },
    see(rtpTimestamp: number, atPerfMs: number) {
      if (shown !== 'whep') return
      const nowMs = input.now()
      const wallMs = wallFromRtp(rtpTimestamp, nowMs)
      media.see({ wallMs, atPerfMs })
      quality.probe.latency(Math.max(0, nowMs - wallMs))
    },
  }
}

/** HLS, there when it is needed. While WebRTC has the picture, what happens here is nobody's
 *  business. */
function makeHls(input: ShowInput, quality: Quality, air: ReturnType<typeof makeAir>) {
  let player: Player | null = null
  return {
    start() {
      player ??= makePlayer({
        ...input, video: input.slow, probe: quality.probe,
        onPicture(picture: Picture) {
          if (air.shown === 'whep') return
          if (picture === 'playing') air.show('hls')
          input.onPicture(picture === 'waiting' && air.hasShown ? 'troubled' : picture)
        },
      })
    },
    stop() {
      player?.destroy()
      player = null
    },
  }
}

/** Over WebRTC the last frame stands while the publisher is away, and the session lives on. */
const STILL_MS = 2_000
const LOOK_MS = 250

/** Tells a picture that stands from one that moves; answers how to stop. */
function watchStillness(input: ShowInput, air: ReturnType<typeof makeAir>): () => void {
  let frames = 0
  let movedAtMs = 0
  let isStill = false
  const timer = window.setInterval(() => {
    const isOn = air.shown === 'whep'
    const now = input.fast.getVideoPlaybackQuality().totalVideoFrames
    // A page that nobody sees draws nothing.
    if (now !== frames || !isOn || document.hidden) movedAtMs = performance.now()
    frames = now
    const stands = performance.now() - movedAtMs > STILL_MS
    if (stands !== isStill && isOn) input.onPicture(stands ? 'troubled' : 'playing')
    isStill = stands
  }, LOOK_MS)
  return () => clearInterval(timer)
}

/** The live picture, by WebRTC while it works and by HLS otherwise; changes by itself. */
function playLive(input: ShowInput, quality: Quality): Player {
  const policy = makeWhepPolicy()
  const air = makeAir(input, quality)
  const hls = makeHls(input, quality, air)
  let whep: Whep | null = null
  const stopWatching = watchStillness(input, air)
  let timer = 0
  let isGone = false

  const startWhep = () => {
    if (isGone || whep) return
    whep = openWhep({
      url: input.whepUrl, video: input.fast, iceServers: input.iceServers, onFrame: air.see,
      onPicture() {
        policy.onPicture()
        clearTimeout(timer)
        air.show('whep')
        hls.stop()
        quality.probe.transport('whep')
        input.onPicture('playing')
      },
      onEnd(why, code) {
        whep = null
        air.loseFast()
        hls.start()
        const afterMs = policy.onEnd(why, code, Math.random())
        clearTimeout(timer)
        if (afterMs !== null) timer = window.setTimeout(startWhep, afterMs)
      },
    })
  }
  input.onPicture('waiting')
  // Data saver stays on HLS, which has smaller pictures.
  if (input.saving === 'none' && canWhep()) {
    startWhep()
    timer = window.setTimeout(hls.start, ALONE_MS)
  } else hls.start()
  return {
    destroy() {
      isGone = true
      clearTimeout(timer)
      stopWatching()
      whep?.close()
      hls.stop()
    },
  }
}

/** Plays a show until destroyed: live by the best way there is, its replay by HLS. */
export function playShow(input: ShowInput): Player {
  if (!input.isLive) return makePlayer({ ...input, video: input.slow })
  const quality = makeQuality({ video: input.slow, showId: input.showId })
  const player = playLive(input, quality)
  return {
    destroy() {
      quality.close()
      player.destroy()
    },
  }
}
