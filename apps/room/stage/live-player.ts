import {
  keepLastFrame, makePlayer, type Picture, type Player, type PlayerInput,
} from './player.ts'
import { canWhep, openWhep, type Whep } from './whep.ts'
import { makeWhepPolicy } from './whep-policy.ts'

/** Which way the picture comes: WebRTC within a quarter of a second, HLS within two. */
export type Transport = 'whep' | 'hls'

export interface LiveInput extends Omit<PlayerInput, 'video' | 'isLive'> {
  /** HLS plays in this one, */
  readonly slow: HTMLVideoElement
  /** WebRTC in that one: a change shows no gap when both have a picture. */
  readonly fast: HTMLVideoElement
  readonly whepUrl: string
  readonly iceServers: readonly RTCIceServer[]
  /** The viewer's own wish: data saver stays on HLS. */
  readonly mayWhep: boolean
  /** This element has the picture from now on. */
  readonly onTransport: (transport: Transport) => void
  readonly onFrame?: (rtpTimestamp: number, atPerfMs: number) => void
}

/** HLS comes along when WebRTC has no picture by then: whoever is first is shown. */
const ALONE_MS = 1200

/** The live picture, by WebRTC while it works and by HLS otherwise; changes by itself. */
export function makeLivePlayer(input: LiveInput): Player {
  const { slow, fast, onPicture } = input
  const policy = makeWhepPolicy()
  let whep: Whep | null = null
  let hls: Player | null = null
  let shown: Transport | null = null
  let timer = 0
  let isGone = false

  const show = (transport: Transport) => {
    if (shown === transport) return
    shown = transport
    input.onTransport(transport)
  }
  const startHls = () => {
    if (hls || isGone) return
    hls = makePlayer({
      ...input, video: slow, isLive: true,
      onPicture(picture: Picture) {
        // While WebRTC has the picture, what happens here is nobody's business.
        if (shown === 'whep') return
        if (picture === 'playing') show('hls')
        onPicture(picture)
      },
    })
  }
  const stopHls = () => {
    hls?.destroy()
    hls = null
  }
  const startWhep = () => {
    if (isGone || whep) return
    whep = openWhep({
      url: input.whepUrl, video: fast, iceServers: input.iceServers,
      ...input.onFrame && { onFrame: input.onFrame },
      onPicture() {
        policy.onPicture()
        clearTimeout(timer)
        show('whep')
        onPicture('playing')
        stopHls()
      },
      onEnd(why, code) {
        whep = null
        const wasShown = shown === 'whep'
        if (wasShown) {
          shown = null
          keepLastFrame(fast, input.still)
          onPicture('troubled')
        }
        startHls()
        const afterMs = policy.onEnd(why, code, Math.random())
        clearTimeout(timer)
        if (afterMs !== null) timer = window.setTimeout(startWhep, afterMs)
      },
    })
  }
  onPicture('waiting')
  if (input.mayWhep && canWhep()) {
    startWhep()
    timer = window.setTimeout(startHls, ALONE_MS)
  } else startHls()
  return {
    destroy() {
      isGone = true
      clearTimeout(timer)
      whep?.close()
      stopHls()
    },
  }
}
