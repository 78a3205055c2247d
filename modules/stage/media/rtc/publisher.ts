import { Fault, refuse, ok, type Clock, type Log, type Refusal, type Result } from '#kernel'
import type { MediaProblem, Peer, Peers, PeerTrack, SoundTurners } from '../contract.ts'
import { MEDIA_LIMITS } from '../contract.ts'
import type { Publisher, Show } from '../live/show.ts'
import { makeIngest, type Ingest, type TagSink } from './ingest.ts'
import { TWCC_URI } from '#formats/twcc'
import { chooseH264, chooseOpus, parseOffer, type OfferMedia } from '#formats/offer'

export interface RtcPublisher {
  readonly answer: string
  close(problem?: MediaProblem): void
}

const SILENCE_CHECK_MS = 500

interface Wanted { video: OfferMedia | undefined; audio: OfferMedia | undefined }

const sends = (media: OfferMedia): boolean =>
  media.direction === 'sendonly' || media.direction === 'sendrecv'

/** What a browser is told about its encoder: it begins well instead of feeling its way up. */
const HINT = (maxKbps: number): string =>
  `x-google-start-bitrate=${Math.min(1_800, maxKbps)};x-google-max-bitrate=${maxKbps}`

/** What of an offer can be taken, or why nothing can. */
function readOffer(sdp: string): Result<Wanted, Refusal> {
  const offer = parseOffer(sdp)
  const of = (kind: 'video' | 'audio') =>
    offer?.medias.find((media) => media.kind === kind && media.port !== 0 && sends(media))
  const wanted: Wanted = { video: of('video'), audio: of('audio') }
  if (!offer?.hasFingerprint || (!wanted.video && !wanted.audio)) {
    return refuse('stage.media.offer_unreadable')
  }
  return ok(wanted)
}

function planOf(wanted: Wanted, maxKbps: number): PeerTrack[] | undefined {
  const h264 = wanted.video && chooseH264(wanted.video)
  const opus = wanted.audio && chooseOpus(wanted.audio)
  if ((wanted.video && !h264) || (wanted.audio && !opus)) return undefined
  const fmtp = (text: string | null): string => [text, HINT(maxKbps)].filter(Boolean).join(';')
  const numbered = (media: OfferMedia) => media.extensions.find(({ uri }) => uri === TWCC_URI)
  return [
    ...(h264 ? [{
      mid: wanted.video!.mid, kind: 'video' as const, direction: 'receive' as const, ssrc: 0,
      payloadType: h264.payloadType, fmtp: fmtp(h264.fmtp), transportCc: numbered(wanted.video!),
    }] : []),
    ...(opus ? [{
      mid: wanted.audio!.mid, kind: 'audio' as const, direction: 'receive' as const, ssrc: 0,
      payloadType: opus.payloadType, transportCc: numbered(wanted.audio!),
      fmtp: [opus.fmtp, 'stereo=1', 'maxaveragebitrate=96000'].filter(Boolean).join(';'),
    }] : []),
  ]
}

export interface PublisherDeps {
  readonly clock: Clock
  readonly log: Log
  readonly peers: Peers
  readonly turners: SoundTurners
  readonly show: Show
  readonly offer: string
  readonly maxKbps: number
  /** Waits, and is shown while the first publisher is gone. */
  readonly isBackup: boolean
  onClosed(): void
}

/** The publisher's place in its show: taken when packets come, given back when none do. */
function makePlace(
  deps: PublisherDeps, tracks: readonly PeerTrack[], peer: () => Peer | undefined,
  close: (problem?: MediaProblem) => void,
) {
  const hasVideo = tracks.some(({ kind }) => kind === 'video')
  const transportCcId = tracks.find((track) => track.transportCc)?.transportCc?.id
  const { clock, show, isBackup } = deps
  let publisher: Publisher | undefined
  let ingest: Ingest | undefined
  const sink: TagSink = {
    push(tag, wallMs) {
      const problem = publisher?.push(tag, Math.round(wallMs) % 2 ** 32, wallMs)
      if (problem) close(problem)
    },
  }
  const leave = (problem?: MediaProblem): void => {
    publisher?.leave(problem)
    publisher = undefined
    ingest?.close()
    ingest = undefined
  }
  return {
    /** Refused when somebody else has it. */
    enter(): Result<unknown, Refusal> {
      if (isBackup && !show.isEnded && !show.needsBackup) return ok(null)
      // A backup that is no longer needed waits again; whoever else is dropped is over.
      const published = show.publish(isBackup ? leave : close, 'rtc', isBackup)
      if (!published.ok) return published
      publisher = published.value
      const { health, line } = show
      const session = { peer, hasVideo, transportCcId, maxKbps: deps.maxKbps }
      ingest = makeIngest({ ...deps, line, health, sink, session })
      return ok(null)
    },
    leave,
    get ingest() { return ingest },
    leaveIfSilent(): void {
      if (!ingest || clock.steadyMs() - ingest.heardMs < MEDIA_LIMITS.silentMs) return
      deps.log.info('rtc publisher silent', { showId: show.id })
      leave()
    },
  }
}

/** A publisher over WHIP: from its offer to its end. While the network is gone the session waits;
 *  when packets come again within its life, the show goes on without a reload. */
export async function startPublisher(
  deps: PublisherDeps,
): Promise<Result<RtcPublisher, Refusal>> {
  const wanted = readOffer(deps.offer)
  if (!wanted.ok) return wanted
  const plan = planOf(wanted.value, deps.maxKbps)
  if (!plan) return refuse('stage.media.codec_not_supported')

  let peer: Peer | undefined
  let isClosed = false
  const close = (problem?: MediaProblem): void => {
    if (isClosed) return
    isClosed = true
    watch.cancel()
    leaveWaiting()
    place.leave(problem)
    peer?.close()
    deps.onClosed()
  }
  const place = makePlace(deps, plan, () => peer, close)
  const leaveWaiting = deps.isBackup ? deps.show.standBy(close) : () => {}
  const watch = deps.clock.every(SILENCE_CHECK_MS, place.leaveIfSilent)
  const entered = place.enter()
  if (!entered.ok) {
    watch.cancel()
    return entered
  }
  try {
    peer = await deps.peers.answer(deps.offer, plan, {
      packet(kind, bytes) {
        if (isClosed) return
        // Back from a silence: the place may still be free.
        if (!place.ingest && !place.enter().ok) return close()
        place.ingest?.packet(kind, bytes)
      },
      state: (state) => state === 'closed' && close(),
    })
  } catch (error) {
    close()
    if (!(error instanceof Fault) || error.code !== 'stage.media.offer_unreadable') throw error
    return refuse('stage.media.offer_unreadable')
  }
  return ok({ answer: peer.answer, close })
}
