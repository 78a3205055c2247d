import { stagePaths } from '#stage/backstage/contract'
import { mediaPaths } from '#stage/media/contract'
import type { ShowId } from '#kernel'
import { listen } from '../camera/keeping.ts'

/** Somebody's picture and sound over WHEP, for as long as somebody wants it: a session that ends is
 *  opened again. */
export interface Line {
  close(): void
}

export interface LineInput {
  readonly path: string
  /** Who asks: a stream key or the key of a guest. */
  readonly key?: string
  readonly iceServers: readonly RTCIceServer[]
  /** null: nothing comes. */
  onStream(stream: MediaStream | null): void
}

const againMs = 1_000
/** Somebody who is away for longer is asked for less often: many may ask from one address. */
const triesSlower = 3
const connectMs = 8_000

export const linePath = (showId: string, who: string): string =>
  stagePaths.line(showId as ShowId, who)
export const showPath = (showId: string): string => mediaPaths.whep(showId as ShowId)

const keyed = (key: string | undefined): Record<string, string> =>
  (key ? { authorization: `Bearer ${key}` } : {})

function endSession(place: string | null, key: string | undefined): void {
  if (!place) return
  void fetch(place, { method: 'DELETE', headers: keyed(key), keepalive: true }).catch(() => {})
}

/** One session; `over` is called once when it cannot go on. */
function openOnce(input: LineInput, over: () => void): () => void {
  const peer = new RTCPeerConnection({
    iceServers: [...input.iceServers], bundlePolicy: 'max-bundle',
  })
  const stream = new MediaStream()
  let place: string | null = null
  let isOver = false
  let stopListening = () => {}
  const close = () => {
    if (isOver) return
    isOver = true
    clearTimeout(patience)
    stopListening()
    peer.close()
    endSession(place, input.key)
    input.onStream(null)
  }
  const end = () => {
    if (isOver) return
    close()
    over()
  }
  const patience = setTimeout(end, connectMs)
  peer.addTransceiver('video', { direction: 'recvonly' })
  peer.addTransceiver('audio', { direction: 'recvonly' })
  peer.ontrack = ({ track }) => stream.addTrack(track)
  peer.onconnectionstatechange = () => {
    if (peer.connectionState === 'connected') {
      clearTimeout(patience)
      stopListening()
      // Quicker than the browser: whoever has gone is looked for again.
      stopListening = listen(peer, end)
      input.onStream(stream)
    } else if (peer.connectionState === 'failed' || peer.connectionState === 'disconnected') end()
  }
  const start = async () => {
    await peer.setLocalDescription()
    const response = await fetch(input.path, {
      method: 'POST', body: peer.localDescription!.sdp,
      headers: { 'content-type': 'application/sdp', ...keyed(input.key) },
    })
    if (response.status !== 201) return end()
    place = response.headers.get('location')
    if (isOver) return endSession(place, input.key)
    await peer.setRemoteDescription({ type: 'answer', sdp: await response.text() })
  }
  start().catch(end)
  return close
}

export function openLine(input: LineInput): Line {
  let isOver = false
  let timer = 0
  let tries = 0
  let close = () => {}
  const onStream = (stream: MediaStream | null) => {
    if (stream) tries = 0
    input.onStream(stream)
  }
  const open = () => {
    if (isOver) return
    close = openOnce({ ...input, onStream }, () => {
      tries = Math.min(tries + 1, triesSlower)
      timer = window.setTimeout(open, againMs * tries)
    })
  }
  open()
  return {
    close() {
      isOver = true
      clearTimeout(timer)
      close()
    },
  }
}
