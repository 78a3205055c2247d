import { keepQuality, listen, type Quality } from './keeping.ts'
import { pickH264, withStartRate, withStereo } from './sdp.ts'
import { makeWhipDoor } from './whip-door.ts'

export interface SessionInput {
  readonly streamKey: string
  readonly iceServers: readonly RTCIceServer[]
  readonly video: MediaStreamTrack | null
  readonly audio: MediaStreamTrack | null
  readonly quality: Quality
}

export interface SessionTell {
  connected(): void
  /** The network is gone, or nothing was ever connected. */
  failed(): void
  refused(code: string): void
}

/** One WebRTC session from this page to the media process, from offer to DELETE. */
export interface Session {
  readonly peer: RTCPeerConnection
  setVideo(track: MediaStreamTrack | null): void
  setAudio(track: MediaStreamTrack | null): void
  setQuality(quality: Quality): void
  /** `isLeaving`: the page goes away and nothing waits for the answer. */
  close(isLeaving?: boolean): void
}

const connectMs = 10_000
/** WebRTC says `disconnected` after seconds without an answer; this much longer it may last. */
const hiccupMs = 700
const startShare = 0.6

export function canSendH264(): boolean {
  return pickH264(RTCRtpSender.getCapabilities?.('video')?.codecs ?? []).length > 0
}

function addTracks(peer: RTCPeerConnection, { video, audio, quality }: SessionInput) {
  const codecs = pickH264(RTCRtpSender.getCapabilities('video')?.codecs ?? [])
  const stream = new MediaStream()
  const picture = peer.addTransceiver(video ?? 'video', {
    direction: 'sendonly', streams: [stream],
    sendEncodings: [{ maxBitrate: quality.kbps * 1000, maxFramerate: quality.fps }],
  })
  picture.setCodecPreferences(codecs)
  const sound = peer.addTransceiver(audio ?? 'audio', { direction: 'sendonly', streams: [stream] })
  return { picture: picture.sender, sound: sound.sender }
}

/** Starts at once; `tell` hears how it goes. The offer names no candidates of ours: the server can
 *  be reached, so it learns our address from the first packet, and nobody waits for STUN. */
export function openSession(input: SessionInput, tell: SessionTell): Session {
  const peer = new RTCPeerConnection({
    iceServers: [...input.iceServers], bundlePolicy: 'max-bundle',
  })
  const senders = addTracks(peer, input)
  const quality = keepQuality(senders.picture, input.quality)
  const door = makeWhipDoor(input.streamKey)
  const asking = new AbortController()
  let place: string | null = null
  let isClosed = false
  let timer = 0
  let stopListening = () => {}

  const after = (ms: number) => {
    clearTimeout(timer)
    timer = window.setTimeout(() => { if (!isClosed) tell.failed() }, ms)
  }
  peer.addEventListener('connectionstatechange', () => {
    if (isClosed) return
    const state = peer.connectionState
    if (state === 'disconnected') return after(hiccupMs)
    if (state === 'failed') return after(0)
    if (state !== 'connected') return undefined
    clearTimeout(timer)
    stopListening()
    stopListening = listen(peer, () => after(0))
    return tell.connected()
  })

  async function negotiate(): Promise<void> {
    const offer = await peer.createOffer()
    const sdp = withStereo(offer.sdp ?? '')
    await peer.setLocalDescription({ type: 'offer', sdp })
    const answered = await door.offer(sdp, asking.signal)
    if ('code' in answered) return isClosed ? undefined : tell.refused(answered.code)
    place = answered.place
    if (isClosed) return place ? door.end(place) : undefined
    const startKbps = Math.round(input.quality.kbps * startShare)
    await peer.setRemoteDescription({
      type: 'answer', sdp: withStartRate(withStereo(answered.answer), startKbps),
    })
    if (peer.connectionState !== 'connected') after(connectMs)
    return undefined
  }
  void negotiate().catch(() => { if (!isClosed) tell.failed() })

  return {
    peer,
    setVideo: (track) => void senders.picture.replaceTrack(track).catch(() => {}),
    setAudio: (track) => void senders.sound.replaceTrack(track).catch(() => {}),
    setQuality: quality.set,
    close(isLeaving = false) {
      if (isClosed) return
      isClosed = true
      clearTimeout(timer)
      quality.close()
      stopListening()
      if (!isLeaving) asking.abort()
      if (place) door.end(place)
      peer.close()
    },
  }
}
