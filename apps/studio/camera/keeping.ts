export interface Quality {
  readonly kbps: number
  readonly fps: number
}

/** The server reports every second; this many seconds without a word and it is gone. WebRTC itself
 *  would notice after ten. */
const lookMs = 1000
const silentLooks = 3
/** While the estimate of the line settles, sharpness is kept: a change of size in the first seconds
 *  would be one for every player. */
const settleMs = 10_000

type Keeps = 'maintain-resolution' | 'maintain-framerate'

function applyQuality(sender: RTCRtpSender, { kbps, fps }: Quality, keeps: Keeps): void {
  const parameters = sender.getParameters()
  const [encoding] = parameters.encodings
  if (!encoding) return
  encoding.maxBitrate = kbps * 1000
  encoding.maxFramerate = fps
  // A moving picture that is a little softer sells; one that stutters does not.
  ;(parameters as { degradationPreference?: Keeps }).degradationPreference = keeps
  void sender.setParameters(parameters).catch(() => {})
}

/** Keeps one sender at the wanted quality. */
export function keepQuality(sender: RTCRtpSender, first: Quality) {
  let quality = first
  let isSettling = true
  const apply = () =>
    applyQuality(sender, quality, isSettling ? 'maintain-resolution' : 'maintain-framerate')
  apply()
  const timer = setTimeout(() => {
    isSettling = false
    apply()
  }, settleMs)
  return {
    set(wanted: Quality) {
      quality = wanted
      apply()
    },
    close: () => clearTimeout(timer),
  }
}

/** Calls `silent` once the other side has said nothing for too long. Returns how to stop. */
export function listen(peer: RTCPeerConnection, silent: () => void): () => void {
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
