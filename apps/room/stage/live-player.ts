import type { Delay, Mover, Reason } from './low-delay.ts'
import { wallFromRtp, type MediaClock } from './media-clock.ts'
import {
  keepLastFrame, makePlayer, makeQuality, type Picture, type Player, type PlayerInput,
} from './player.ts'
import { canWhep, openWhep, type Whep, type WhepEnd } from './whep.ts'
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
  readonly onDelay: (delay: Delay) => void
  /** Whether this viewer does what places without delay are kept for. */
  readonly hasNeed: () => boolean
  /** The page was opened without a session: the offer may have gone out without one, too. */
  readonly isNew: boolean
}

/** One that plays, and can change the way when it is live. */
export type ShowPlayer = Player & { readonly mover: Mover | null }

type Quality = ReturnType<typeof makeQuality>

/** HLS comes along when WebRTC has no picture by then: the first to have one is shown. */
const ALONE_MS = 1200
/** Whoever makes room sees the last frame for a moment, not that something is wrong. */
const QUIET_MS = 4_000

/** What is on air, and the change from one way to the other. */
function makeAir(input: ShowInput, quality: Quality) {
  const { slow, fast, media, still, onPicture } = input
  let shown: Transport | null = null
  let hasShown = false
  let quiet = 0
  return {
    /** The change to HLS was meant: it may take a moment. */
    get isQuiet() { return quiet !== 0 },
    get shown() { return shown },
    /** Whether there ever was a picture: what comes after it is an interruption. */
    get hasShown() { return hasShown },
    show(transport: Transport) {
      if (shown === transport) return
      shown = transport
      hasShown = true
      clearTimeout(quiet)
      quiet = 0
      const [on, off] = transport === 'whep' ? [fast, slow] : [slow, fast]
      on.muted = off.muted
      off.muted = true
      still.hidden = true
      quality.look(on)
      input.onTransport(transport)
    },
    /** WebRTC is gone: its last frame stands until HLS has one. */
    loseFast(isMeant: boolean) {
      if (shown !== 'whep') return
      shown = null
      slow.muted = fast.muted
      fast.muted = true
      media.hold(performance.now())
      keepLastFrame(fast, still)
      if (!isMeant) return onPicture('troubled')
      quiet = window.setTimeout(() => {
        quiet = 0
        onPicture('troubled')
      }, QUIET_MS)
    },
    /** Nobody is told anything from now on. */
    end: () => clearTimeout(quiet),
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
function makeHls(
  input: ShowInput, quality: Quality, air: ReturnType<typeof makeAir>,
  /** Takes over from a picture by WebRTC that is to end. */
  takeOver: () => boolean,
) {
  let player: Player | null = null
  // Under the other picture nobody sees where this one is.
  const media: MediaClock = {
    ...input.media,
    see: (sight) => { if (air.shown !== 'whep') input.media.see(sight) },
    hold: (atPerfMs) => { if (air.shown !== 'whep') input.media.hold(atPerfMs) },
  }
  return {
    start() {
      player ??= makePlayer({
        ...input, media, video: input.slow, probe: quality.probe,
        onPicture(picture: Picture) {
          if (air.shown === 'whep' && !(picture === 'playing' && takeOver())) return
          if (picture === 'playing') air.show('hls')
          if (picture === 'waiting' && air.isQuiet) return
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

/** What may be asked again, although WebRTC failed: after these it is not the network's fault. */
const isFine = (why: WhepEnd | null): boolean =>
  why === null || why === 'refused' || why === 'moved' || why === 'lost'

const delayAfter = (why: WhepEnd, code: string | undefined): Delay =>
  why === 'moved' ? 'moved' : !isFine(why) ? 'blocked'
    : code === 'stage.media.full' ? 'full' : 'behind'

/** The live picture, by WebRTC while it works and by HLS otherwise; changes by itself. */
function makeLivePlayer(input: ShowInput, quality: Quality): ShowPlayer {
  const policy = makeWhepPolicy()
  const air = makeAir(input, quality)
  // Data saver stays on HLS, which has smaller pictures.
  const mayWhep = input.saving === 'none' && canWhep()
  let whep: Whep | null = null
  let isLeaving = false
  /** Said while an offer was under way. */
  let next: Reason | null = null
  let lastEnd: WhepEnd | null = null
  let timer = 0
  let isGone = false
  const stopWatching = watchStillness(input, air)

  const hls = makeHls(input, quality, air, () => {
    if (!isLeaving) return false
    isLeaving = false
    whep?.close()
    whep = null
    rest('moved')
    return true
  })

  function rest(why: WhepEnd, code?: string): void {
    lastEnd = why
    input.onDelay(delayAfter(why, code))
    const isNeeded = why === 'moved' && input.hasNeed()
    const afterMs = policy.onEnd(isNeeded ? 'lost' : why, code, Math.random())
    clearTimeout(timer)
    if (afterMs !== null) timer = window.setTimeout(startWhep, afterMs)
  }

  function startWhep(reason?: Reason): void {
    if (isGone || whep) return
    next = null
    whep = openWhep({
      url: reason === 'look' || reason === 'wish' ? `${input.whepUrl}?now` : input.whepUrl,
      video: input.fast, iceServers: input.iceServers, onFrame: air.see,
      onPicture() {
        policy.onPicture()
        clearTimeout(timer)
        air.show('whep')
        hls.stop()
        quality.probe.transport('whep')
        input.onPicture('playing')
        input.onDelay('none')
        if (input.hasNeed() || input.isNew) whep?.claim()
      },
      onEnd(said, code) {
        whep = null
        const why = isLeaving ? 'moved' : said
        isLeaving = false
        air.loseFast(why === 'moved')
        hls.start()
        const again = why === 'refused' ? next : null
        rest(why, code)
        if (again) promote(again)
      },
    })
  }

  function promote(reason: Reason): void {
    if (!mayWhep || (reason !== 'wish' && !isFine(lastEnd))) return
    if (whep) {
      if (whep.session === null) next = reason
      else if (reason === 'need') whep.claim()
      return
    }
    clearTimeout(timer)
    if (reason === 'wish') input.onDelay('trying')
    startWhep(reason)
  }

  input.onPicture('waiting')
  input.onDelay(mayWhep ? 'behind' : 'unavailable')
  if (mayWhep) {
    startWhep()
    timer = window.setTimeout(hls.start, ALONE_MS)
  } else hls.start()
  return {
    mover: {
      promote,
      moveAway(session) {
        if (whep?.session !== session) return
        if (input.hasNeed()) return whep.claim()
        isLeaving = true
        hls.start()
      },
    },
    destroy() {
      isGone = true
      clearTimeout(timer)
      stopWatching()
      air.end()
      whep?.close()
      hls.stop()
    },
  }
}

/** Plays a show until destroyed: live by the best way there is, its replay by HLS. */
export function playShow(input: ShowInput): ShowPlayer {
  if (!input.isLive) return { ...makePlayer({ ...input, video: input.slow }), mover: null }
  const quality = makeQuality({ video: input.slow, showId: input.showId })
  const player = makeLivePlayer(input, quality)
  return {
    mover: player.mover,
    destroy() {
      quality.close()
      player.destroy()
    },
  }
}
