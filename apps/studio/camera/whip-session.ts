import { pickH264, withStartRate, withStereo } from './sdp.ts'

export interface Quality {
  readonly kbps: number
  readonly fps: number
}

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

const whipPath = '/media/whip'
const answerMs = 10_000
const connectMs = 10_000
/** WebRTC says `disconnected` after some seconds without an answer; this much longer it may last. */
const hiccupMs = 700
const startShare = 0.6
/** The server reports every second; this many seconds without a word and it is gone. WebRTC itself
 *  would notice after ten. */
const lookMs = 1000
const silentLooks = 3
/** While the estimate of the line settles, sharpness is kept: a change of size in the first seconds
 *  would be one for every player. */
const settleMs = 10_000

async function codeOf(response: Response): Promise<string> {
  try {
    const body = await response.json() as { refusal?: { code?: unknown } }
    if (typeof body.refusal?.code === 'string') return body.refusal.code
  } catch {
    // Not ours: something between us and the server answered.
  }
  return response.status === 429 ? 'http.too_fast' : 'http.unavailable'
}

/** Only an address of ours is told to end, whatever the answer names. */
function locationOf(response: Response): string | null {
  const named = response.headers.get('location')
  if (!named || !URL.canParse(named, location.origin)) return null
  const url = new URL(named, location.origin)
  return url.origin === location.origin ? url.pathname : null
}

type Keeps = 'maintain-resolution' | 'maintain-framerate'

function applyQuality(
  sender: RTCRtpSender, { kbps, fps }: Quality, keeps: Keeps = 'maintain-framerate',
): void {
  const parameters = sender.getParameters()
  const [encoding] = parameters.encodings
  if (!encoding) return
  encoding.maxBitrate = kbps * 1000
  encoding.maxFramerate = fps
  // A moving picture that is a little softer sells; one that stutters does not.
  ;(parameters as { degradationPreference?: Keeps }).degradationPreference = keeps
  void sender.setParameters(parameters).catch(() => {})
}

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

/** Calls `silent` once the other side has said nothing for too long. Returns how to stop. */
function listen(peer: RTCPeerConnection, silent: () => void): () => void {
  let heardBytes = -1
  let misses = 0
  const timer = setInterval(() => void peer.getStats().then((report) => {
    let bytes = 0
    for (const stat of report.values() as Iterable<{ type: string, bytesReceived?: number }>) {
      if (stat.type === 'transport') bytes += stat.bytesReceived ?? 0
    }
    // Looks are counted, not time: a computer that slept has not waited.
    misses = bytes === heardBytes ? misses + 1 : 0
    heardBytes = bytes
    if (misses >= silentLooks) silent()
  }, () => {}), lookMs)
  return () => clearInterval(timer)
}

/** Starts at once; `tell` hears how it goes. The offer names no candidates of ours: the server can
 *  be reached, so it learns our address from the first packet, and nobody waits for STUN. */
export function openSession(input: SessionInput, tell: SessionTell): Session {
  const peer = new RTCPeerConnection({
    iceServers: [...input.iceServers], bundlePolicy: 'max-bundle',
  })
  const senders = addTracks(peer, input)
  const headers = { authorization: `Bearer ${input.streamKey}` }
  const asking = new AbortController()
  let place: string | null = null
  let isClosed = false
  let timer = 0
  let settling = 0
  let stopListening = () => {}

  const endThere = (path: string) => {
    // Nobody waits for it: a session that is not told to end gives way after 3 s of silence.
    void fetch(path, { method: 'DELETE', headers, keepalive: true }).catch(() => {})
  }
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

  let { quality } = input
  applyQuality(senders.picture, quality, 'maintain-resolution')
  const settle = () => {
    settling = 0
    applyQuality(senders.picture, quality)
  }
  settling = window.setTimeout(settle, settleMs)

  async function negotiate(): Promise<void> {
    const offer = await peer.createOffer()
    const sdp = withStereo(offer.sdp ?? '')
    await peer.setLocalDescription({ type: 'offer', sdp })
    const response = await fetch(whipPath, {
      method: 'POST', headers: { ...headers, 'content-type': 'application/sdp' }, body: sdp,
      signal: AbortSignal.any([asking.signal, AbortSignal.timeout(answerMs)]),
    })
    place = response.status === 201 ? locationOf(response) : null
    if (isClosed) return place ? endThere(place) : undefined
    if (response.status !== 201) return tell.refused(await codeOf(response))
    const answer = withStartRate(
      withStereo(await response.text()), Math.round(input.quality.kbps * startShare))
    await peer.setRemoteDescription({ type: 'answer', sdp: answer })
    if (peer.connectionState !== 'connected') after(connectMs)
    return undefined
  }
  void negotiate().catch(() => { if (!isClosed) tell.failed() })

  return {
    peer,
    setVideo: (track) => void senders.picture.replaceTrack(track).catch(() => {}),
    setAudio: (track) => void senders.sound.replaceTrack(track).catch(() => {}),
    setQuality(wanted) {
      quality = wanted
      applyQuality(
        senders.picture, quality, settling ? 'maintain-resolution' : 'maintain-framerate')
    },
    close(isLeaving = false) {
      if (isClosed) return
      isClosed = true
      clearTimeout(timer)
      clearTimeout(settling)
      stopListening()
      if (!isLeaving) asking.abort()
      if (place) endThere(place)
      peer.close()
    },
  }
}
