/** How a WHEP session ends: `refused` has a code of ours, `moved` made room for somebody else as it
 *  was told to, the others are what the network did. */
export type WhepEnd = 'refused' | 'moved' | 'no_picture' | 'lossy' | 'stalled' | 'lost'

export interface WhepInput {
  /** Where the offer goes. */
  readonly url: string
  readonly video: HTMLVideoElement
  readonly iceServers: readonly RTCIceServer[]
  /** The first frame is on the screen. */
  onPicture(): void
  /** Once, whatever the reason; `code` is a refusal of the server's. */
  onEnd(why: WhepEnd, code?: string): void
  /** Every drawn frame: its RTP timestamp, and when it is shown (as `performance.now()`). */
  onFrame?(rtpTimestamp: number, atPerfMs: number): void
}

export interface Whep {
  /** Its name, once the server has answered. */
  readonly session: string | null
  /** The server looks again whether its viewer has a seat. */
  claim(): void
  close(): void
}

const FIRST_PICTURE_MS = 3000
const WATCH_MS = 500
/** A picture that stands this long while packets should come is worth another way. */
const STALL_MS = 2500
const LOSS_SHARE = 0.1
const LOSS_WINDOWS = 8

/** Asks for lost sound again as for lost pictures, and for both channels of it: what browsers can
 *  do and do not offer by themselves. */
export const polishOffer = (sdp: string): string => sdp.replace(
  /a=rtpmap:(\d+) opus\/48000\/2\r\n/g, (line, type: string) => `${line}a=rtcp-fb:${type} nack\r\n`,
).replace(/(a=fmtp:\d+ minptime=10;useinbandfec=1)\r\n/g, '$1;stereo=1\r\n')

interface Counts { readonly received: number; readonly lost: number; readonly frames: number }

async function count(connection: RTCPeerConnection): Promise<Counts> {
  const sum = { received: 0, lost: 0, frames: 0 }
  for (const report of (await connection.getStats()).values()) {
    if (report.type !== 'inbound-rtp') continue
    sum.received += report.packetsReceived ?? 0
    sum.lost += Math.max(0, report.packetsLost ?? 0)
    sum.frames += report.framesDecoded ?? 0
  }
  return sum
}

/** The server's side of it is over as well. A page that closes must still be able to say so. */
function endSession(location: string | null): void {
  if (location) void fetch(location, { method: 'DELETE', keepalive: true }).catch(() => {})
}

const codeOf = async (response: Response): Promise<string | undefined> => {
  const body = await response.json().catch(() => null) as { refusal?: { code?: string } } | null
  return body?.refusal?.code
}

function claimSeat(location: string | null): void {
  if (location) void fetch(location, { method: 'POST' }).catch(() => {})
}

function onLoss(
  connection: RTCPeerConnection, hasPicture: () => boolean, end: (why: WhepEnd) => void,
): void {
  connection.onconnectionstatechange = () => {
    const state = connection.connectionState
    // What is only interrupted may come back, but HLS is here now.
    const isLost = state === 'failed' || (state === 'disconnected' && hasPicture())
    if (isLost) end(hasPicture() ? 'lost' : 'no_picture')
  }
}

/** Asks, and gives where the session lives; a refusal comes with its code. */
async function negotiate(connection: RTCPeerConnection, url: string) {
  connection.addTransceiver('video', { direction: 'recvonly' })
  connection.addTransceiver('audio', { direction: 'recvonly' })
  const offer = await connection.createOffer()
  const sdp = polishOffer(offer.sdp ?? '')
  await connection.setLocalDescription({ type: 'offer', sdp })
  const response = await fetch(url, {
    method: 'POST', headers: { 'content-type': 'application/sdp' }, body: sdp,
  })
  if (!response.ok) return { isOk: false, code: await codeOf(response) } as const
  const location = response.headers.get('location')
  return { isOk: true, location, answer: await response.text() } as const
}

/** Judges from the counters, twice a second, whether the picture is worth staying for. */
function makeJudge(connection: RTCPeerConnection, end: (why: WhepEnd) => void) {
  let movedAtMs = performance.now()
  let before: Counts | null = null
  let lossyWindows = 0
  return {
    moved: () => { movedAtMs = performance.now() },
    async look() {
      const now = await count(connection)
      if (before) {
        const lost = now.lost - before.lost
        const all = lost + now.received - before.received
        lossyWindows = all > 20 && lost / all > LOSS_SHARE ? lossyWindows + 1 : 0
        // Nothing at all comes: the publisher is gone, and the room says so. No fault of the way.
        if (all === 0) movedAtMs = Math.max(movedAtMs, performance.now() - STALL_MS / 2)
      }
      before = now
      if (lossyWindows >= LOSS_WINDOWS) end('lossy')
      else if (performance.now() - movedAtMs > STALL_MS) end('stalled')
    },
  }
}

/** One WHEP session (draft-ietf-wish-whep): no trickle, since the server can be reached. */
export function openWhep(input: WhepInput): Whep {
  const { video } = input
  const connection = new RTCPeerConnection({
    iceServers: [...input.iceServers], bundlePolicy: 'max-bundle',
  })
  const stream = new MediaStream()
  let location: string | null = null
  let isOver = false
  let hasPicture = false
  let frameHandle = 0
  const close = () => {
    if (isOver) return
    isOver = true
    clearTimeout(patience)
    clearInterval(watching)
    window.removeEventListener('pagehide', onHide)
    video.cancelVideoFrameCallback(frameHandle)
    connection.close()
    endSession(location)
    if (video.srcObject === stream) video.srcObject = null
  }
  const end = (why: WhepEnd, code?: string) => {
    if (isOver) return
    close()
    input.onEnd(why, code)
  }
  const onHide = () => endSession(location)
  window.addEventListener('pagehide', onHide)
  const judge = makeJudge(connection, end)
  const patience = setTimeout(() => end('no_picture'), FIRST_PICTURE_MS)
  const watching = setInterval(() => {
    if (!hasPicture || document.hidden) return judge.moved()
    if (video.paused) void video.play().catch(() => {})
    void judge.look()
  }, WATCH_MS)

  const onFrame: VideoFrameRequestCallback = (_now, frame) => {
    judge.moved()
    if (frame.rtpTimestamp !== undefined) {
      input.onFrame?.(frame.rtpTimestamp, frame.expectedDisplayTime)
    }
    if (!hasPicture) {
      hasPicture = true
      clearTimeout(patience)
      input.onPicture()
    }
    frameHandle = video.requestVideoFrameCallback(onFrame)
  }
  frameHandle = video.requestVideoFrameCallback(onFrame)
  connection.ontrack = ({ track }) => {
    stream.addTrack(track)
    video.srcObject = stream
    void video.play().catch(() => {})
  }
  onLoss(connection, () => hasPicture, end)
  const start = async () => {
    const answered = await negotiate(connection, input.url)
    if (!answered.isOk) return end('refused', answered.code)
    location = answered.location
    if (isOver) return endSession(location)
    await connection.setRemoteDescription({ type: 'answer', sdp: answered.answer })
  }
  start().catch(() => end('lost'))
  return {
    get session() { return location?.split('/').at(-1) ?? null },
    claim: () => claimSeat(location),
    close,
  }
}

/** Browsers without one of these stay on LL-HLS. */
export const canWhep = (): boolean => typeof RTCPeerConnection === 'function'
  && 'requestVideoFrameCallback' in HTMLVideoElement.prototype
