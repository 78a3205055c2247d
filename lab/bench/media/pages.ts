import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { hlsScript } from '#stage/media/testing'
import { checkOf, clockCells, clockReader } from '../../rig/clock-video.ts'

/** Publishes `video` of `stream`, and what comes out of `speaker`, over WHIP. */
export const publishScript = `
async function publish(url, key) {
  await sound.resume()
  const pc = window.pc = new RTCPeerConnection()
  video.contentHint = 'motion'
  pc.addTransceiver(video, { direction: 'sendonly', streams: [stream] })
  pc.addTransceiver(speaker.stream.getAudioTracks()[0], { direction: 'sendonly' })
  await pc.setLocalDescription()
  const answer = await fetch(url, { method: 'POST', body: pc.localDescription.sdp,
    headers: { 'content-type': 'application/sdp', authorization: 'Bearer ' + key } })
  if (answer.status !== 201) throw new Error(answer.status + ' ' + await answer.text())
  window.session = new URL(answer.headers.get('location'), url).href
  await pc.setRemoteDescription({ type: 'answer', sdp: await answer.text() })
}
`

/** A camera that films the clock: 30 pictures a second and a tone, published over WHIP. Each
 *  picture leaves the canvas the moment that it is painted. */
export const cameraPage = `<!doctype html>
<canvas id="picture" width="640" height="360"></canvas><script>
const clockGrid = { timeBits: 42, checkBits: 6 }
${checkOf.toString()}
${clockCells.toString()}
const ink = picture.getContext('2d', { alpha: false })
const stream = picture.captureStream(0)
const [video] = stream.getVideoTracks()
const paint = () => {
  const cells = clockCells(Math.round(performance.timeOrigin + performance.now()))
  const [w, h] = [picture.width / 12, picture.height / 4]
  cells.forEach((cell, at) => {
    ink.fillStyle = cell ? '#fff' : '#000'
    ink.fillRect((at % 12) * w, Math.floor(at / 12) * h, w, h)
  })
  video.requestFrame()
}
const startedMs = performance.now()
let painted = 0
setInterval(() => {
  const due = Math.floor((performance.now() - startedMs) * 30 / 1000)
  if (due <= painted) return
  painted = due
  paint()
}, 4)
const sound = new AudioContext()
const tone = new OscillatorNode(sound, { frequency: 440 })
const speaker = sound.createMediaStreamDestination()
tone.connect(new GainNode(sound, { gain: 0.3 })).connect(speaker)
tone.start()
${publishScript}/** Ends as one who means it: the place is free at once. */
const endSession = () => fetch(session, { method: 'DELETE' })
const resize = (width, height) => { picture.width = width; picture.height = height }
</script>`

/** hls.js as it comes, on a playlist of ffmpeg's. */
const plain = `<!doctype html><video muted autoplay playsinline data-playing></video>
<script src="/hls.js"></script><script>
const hls = new Hls()
hls.loadSource(new URLSearchParams(location.search).get('src'))
hls.attachMedia(document.querySelector('video'))
</script>`

/** In the page of a viewer: how old each drawn picture is, and how the sound fares. A picture's
 *  age is taken when it is handed to the screen, before its cells are read. */
export const meter = `${clockReader}
window.meter = { lagsMs: [], ways: {}, atMs: [], unread: 0, waits: 0 }
const watched = new WeakSet()
const watch = (video) => {
  watched.add(video)
  video.addEventListener('waiting', () => { meter.waits++ })
  const onFrame = () => {
    video.requestVideoFrameCallback(onFrame)
    if (!('playing' in video.dataset)) return
    const nowMs = performance.timeOrigin + performance.now()
    const drawnMs = window.readClock(video)
    if (drawnMs === null) return void meter.unread++
    const way = video.srcObject ? 'whep' : 'hls'
    meter.ways[way] = (meter.ways[way] ?? 0) + 1
    meter.lagsMs.push(nowMs - drawnMs)
    meter.atMs.push(performance.now())
  }
  video.requestVideoFrameCallback(onFrame)
}
setInterval(() => {
  for (const video of document.querySelectorAll('video')) if (!watched.has(video)) watch(video)
}, 100)
window.connections = []
if (window.RTCPeerConnection) {
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...given) { super(...given); connections.push(this) }
  }
}
window.readInbound = async () => {
  const pc = connections.findLast((one) => one.connectionState === 'connected')
  const found = {}
  if (pc) for (const one of (await pc.getStats()).values()) {
    if (one.type === 'inbound-rtp') found[one.kind] = { ...one }
  }
  return found
}`

/** In the page of a viewer who shall have LL-HLS. */
export const withoutRtc = 'delete window.RTCPeerConnection'

export interface Site {
  readonly url: string
  close(): void
}

/** Serves the pages of the bench, and the files of a folder of ffmpeg's below `/hls/`. */
export async function startSite(readFolder?: (name: string) => Promise<Buffer>): Promise<Site> {
  const script = await readFile(hlsScript())
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0]!
    const reply = (type: string, body: string | Buffer) => {
      response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache' })
      response.end(body)
    }
    const file = /^\/hls\/([\w.-]+)$/.exec(path)?.[1]
    if (path === '/plain') reply('text/html', plain)
    else if (path === '/hls.js') reply('text/javascript', script)
    else if (!file || !readFolder) response.writeHead(404).end()
    else {
      const type = file.endsWith('.m3u8') ? 'application/vnd.apple.mpegurl' : 'video/mp2t'
      readFolder(file).then((body) => reply(type, body), () => response.writeHead(404).end())
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return {
    url: `http://localhost:${port}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
