import { Fault, ok, refuse, type Clock, type Log, type Refusal, type Result } from '#kernel'
import type { Peer, Peers } from '../contract.ts'
import type { Show } from '../live/show.ts'
import type { Kind } from './line.ts'
import { chooseH264, chooseOpus, parseOffer, type OfferMedia } from '#formats/offer'
import { isRtcp } from '#formats/rtp'
import { parseRtcp } from '#formats/rtcp'

export interface RtcViewer {
  readonly answer: string
  close(): void
}

/** A browser that was let in and never came is forgotten. */
const CONNECT_MS = 15_000
/** Browsers report about once a second what they receive; one this silent has left without a word,
 *  and its place is somebody else's. */
const SILENT_MS = 12_000
const SILENCE_CHECK_MS = 3_000

const receives = (media: OfferMedia): boolean =>
  media.port !== 0 && (media.direction === 'recvonly' || media.direction === 'sendrecv')

function planOf(offer: string, ssrcs: Readonly<Record<Kind, number>>) {
  const parsed = parseOffer(offer)
  if (!parsed?.hasFingerprint) return undefined
  const video = parsed.medias.find((media) => media.kind === 'video' && receives(media))
  const audio = parsed.medias.find((media) => media.kind === 'audio' && receives(media))
  const h264 = video && chooseH264(video)
  const opus = audio && chooseOpus(audio)
  const track = (
    kind: Kind, media: OfferMedia, chosen: { payloadType: number; fmtp: string | null },
  ) => ({ mid: media.mid, kind, ...chosen, direction: 'send' as const, ssrc: ssrcs[kind] })
  return {
    isRefused: (video && !h264) || (!h264 && !opus),
    payloadTypes: { video: h264?.payloadType ?? null, audio: opus?.payloadType ?? null },
    tracks: [
      ...(video && h264 ? [track('video', video, h264)] : []),
      ...(audio && opus ? [track('audio', audio, opus)] : []),
    ],
  }
}

export type ViewerPlan = NonNullable<ReturnType<typeof planOf>>
  & { readonly line: Show['line']; readonly offer: string }

/** What a viewer will get of a line, before anybody makes room for them. */
export function planViewer(
  { line }: Pick<Show, 'line'>, offer: string,
): Result<ViewerPlan, Refusal> {
  if (line.unfit) return refuse('stage.media.whep_unfit', { why: line.unfit })
  const plan = planOf(offer, line.ssrcs)
  if (!plan) return refuse('stage.media.offer_unreadable')
  return plan.isRefused ? refuse('stage.media.codec_not_supported') : ok({ ...plan, line, offer })
}

/** One who watches over WHEP. */
export async function startViewer(plan: ViewerPlan, deps: {
  clock: Clock
  log: Log
  peers: Peers
  onClosed(): void
}): Promise<Result<RtcViewer, Refusal>> {
  const { clock } = deps
  const { line } = plan
  let peer: Peer | undefined
  let isClosed = false
  let seat: ReturnType<typeof line.watch> | undefined
  const close = (): void => {
    if (isClosed) return
    isClosed = true
    patience.cancel()
    watch.cancel()
    seat?.leave()
    peer?.close()
    deps.onClosed()
  }
  const patience = clock.after(CONNECT_MS, close)
  /** Undefined for those who never report: the network tells when they are gone. */
  let heardMs: number | undefined
  const watch = clock.every(SILENCE_CHECK_MS, () => {
    if (heardMs !== undefined && clock.steadyMs() - heardMs > SILENT_MS) close()
  })
  const enter = (): void => {
    if (isClosed || seat) return
    patience.cancel()
    seat = line.watch({
      payloadTypes: plan.payloadTypes,
      send: (kind, packet) => void peer?.send(kind, packet),
      leave: close,
    })
    line.askKeyframe()
  }
  const control = (kind: Kind, bytes: Buffer): void => {
    if (!isRtcp(bytes)) return
    heardMs = clock.steadyMs()
    for (const message of parseRtcp(bytes)) {
      if (message.kind === 'nack') seat?.resend(kind, message.sequences)
      else if (message.kind === 'pli' || message.kind === 'fir') line.askKeyframe()
    }
  }
  try {
    peer = await deps.peers.answer(plan.offer, plan.tracks, {
      packet: (kind, bytes) => control(kind, bytes as Buffer),
      state: (state) => state === 'connected' ? enter() : close(),
    })
  } catch (error) {
    close()
    if (error instanceof Fault && error.code === 'stage.media.offer_unreadable') {
      return refuse('stage.media.offer_unreadable')
    }
    throw error
  }
  // The network may have been quicker than the promise.
  return ok({ answer: peer.answer, close })
}
