import { connect, type Socket } from 'node:net'
import { Audio, PeerConnection, Video, initLogger, type Track } from 'node-datachannel'
import { answerParent } from '../orders/talk.ts'
import type { ViewersAsk, ViewersResult } from './viewers-plan.ts'

/** Viewers without a screen, as thin as can be: they take everything, decode nothing, and note
 *  how long they were without a picture. */
interface Viewer {
  /** When the last picture (WHEP) or part (LL-HLS) was whole, ms. */
  lastMs: number
  longestGapMs: number
  freezes: number
  /** Native objects live as long as somebody holds them. */
  held: readonly unknown[]
  close(): void
}

const FREEZE_MS = 1000
const NAME = 'bench'
const JOIN_MS = 60_000
const FIRST_PICTURE_MS = 10_000
const now = (): number => performance.now()

let whep: Viewer[] = []
let hls: Viewer[] = []
let isMeasuring = false
let failures: string[] = []
const counts = { packets: 0, lost: 0, frames: 0, parts: 0, bytes: 0, refused: 0, ended: 0 }
let began = { atMs: 0, cpu: 0 }

function see(viewer: Viewer): void {
  const atMs = now()
  if (isMeasuring && viewer.lastMs > 0) {
    const gapMs = atMs - Math.max(viewer.lastMs, began.atMs)
    if (gapMs > viewer.longestGapMs) viewer.longestGapMs = gapMs
    if (gapMs > FREEZE_MS) viewer.freezes++
  }
  viewer.lastMs = atMs
}

const makeViewer = (close: () => void): Viewer =>
  ({ lastMs: 0, longestGapMs: 0, freezes: 0, held: [], close })

function watchTrack(track: Track, viewer: Viewer): void {
  let before = -1
  track.onMessage((packet: Buffer) => {
    // RTCP is of no interest here (RFC 5761: 192 to 223).
    if (packet[1]! >= 192 && packet[1]! < 224) return
    const sequence = (packet[2]! << 8) | packet[3]!
    if (isMeasuring) {
      counts.packets++
      counts.bytes += packet.length
      const step = (sequence - before) & 0xffff
      if (before >= 0 && step > 1 && step < 0x8000) counts.lost += step - 1
    }
    before = sequence
    // The marker ends a picture.
    if ((packet[1]! & 0x80) === 0) return
    if (isMeasuring) counts.frames++
    see(viewer)
  })
}

async function joinWhep(url: string): Promise<void> {
  const connection = new PeerConnection(NAME, {
    iceServers: [], disableAutoNegotiation: true, forceMediaTransport: true,
  })
  const viewer = makeViewer(() => connection.close())
  const picture = new Video('0', 'RecvOnly')
  picture.addH264Codec(96, 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f')
  const sound = new Audio('1', 'RecvOnly')
  sound.addOpusCodec(111, '')
  const tracks = [connection.addTrack(picture), connection.addTrack(sound)] as const
  viewer.held = [connection, ...tracks]
  watchTrack(tracks[0], viewer)
  tracks[1].onMessage((packet: Buffer) => {
    if (!isMeasuring) return
    counts.packets++
    counts.bytes += packet.length
  })
  const whole = new Promise<void>((done) => connection.onGatheringStateChange((state) => {
    if (state === 'complete') done()
  }))
  connection.setLocalDescription('offer')
  await whole
  const answer = await fetch(url, {
    method: 'POST', headers: { 'content-type': 'application/sdp' },
    body: connection.localDescription()!.sdp,
  })
  if (answer.status !== 201) {
    connection.close()
    counts.refused++
    throw new Error(`WHEP ${answer.status} ${await answer.text()}`)
  }
  try {
    connection.setRemoteDescription(await answer.text(), 'answer')
  } catch (error) {
    connection.close()
    throw error
  }
  const endMs = now() + FIRST_PICTURE_MS
  while (viewer.lastMs === 0) {
    if (now() > endMs) {
      connection.close()
      throw new Error('WHEP: no picture')
    }
    await new Promise((done) => setTimeout(done, 20))
  }
  connection.onStateChange((state) => {
    if (state === 'failed' || state === 'disconnected') counts.ended++
  })
  whep.push(viewer)
}

/** The native client now and then loses a race with itself while it takes an answer; a viewer who
 *  sees nothing asks again, as the Room does. */
async function joinStubbornly(url: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await joinWhep(url)
    } catch (error) {
      if (tries === 4) throw error
      await new Promise((done) => setTimeout(done, 100))
    }
  }
}

const END_OF_HEAD = Buffer.from('\r\n\r\n')

/** One keep-alive connection that asks for one thing after the other. */
function makeAsker(port: number, onBroken: (why: string) => void) {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true })
  let waiting: { done(answer: { status: number; body: Buffer }): void } | undefined
  let chunks: Buffer[] = []
  let held = 0
  let head: { status: number; end: number; length: number } | undefined
  const look = (): void => {
    if (!waiting) return
    if (!head) {
      const all = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
      chunks = [all]
      const end = all.indexOf(END_OF_HEAD)
      if (end < 0) return
      const text = all.toString('latin1', 0, end)
      head = {
        status: Number(text.slice(9, 12)), end: end + 4,
        length: Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0),
      }
    }
    if (held < head.end + head.length) return
    const all = Buffer.concat(chunks)
    const answer = { status: head.status, body: all.subarray(head.end, head.end + head.length) }
    chunks = []
    held = 0
    head = undefined
    const { done } = waiting
    waiting = undefined
    done(answer)
  }
  socket.on('data', (chunk: Buffer) => {
    held += chunk.length
    chunks.push(chunk)
    look()
  })
  socket.on('error', (error) => onBroken(error.message)).on('close', () => onBroken('closed'))
  return {
    ask: (path: string) => new Promise<{ status: number; body: Buffer }>((done) => {
      waiting = { done }
      socket.write(`GET ${path} HTTP/1.1\r\nHost: bench\r\n\r\n`)
    }),
    close: () => socket.destroy(),
  }
}

const HINT = '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="'

/** Parts of a playlist from its end back to `known`, the oldest first; then what comes after. The
 *  text is not taken apart: there are thousands of them a second. */
function readPlaylist(text: string, known: string | undefined) {
  const parts: string[] = []
  let before = text.length
  for (;;) {
    const at = text.lastIndexOf('#EXT-X-PART:', before)
    const from = at < 0 ? -1 : text.indexOf('URI="', at)
    if (from < 0) break
    const name = text.slice(from + 5, text.indexOf('"', from + 5))
    if (name === known) break
    parts.unshift(name)
    before = at - 1
    // Who has just come begins with the newest one.
    if (known === undefined) break
  }
  const hint = text.lastIndexOf(HINT)
  const [msn = '0', part = '0'] = hint < 0 ? []
    : text.slice(hint + HINT.length + 1, text.indexOf('.m4s', hint)).split('.')
  return { parts, next: `?_HLS_msn=${msn}&_HLS_part=${part}` }
}

async function followHls(port: number, base: string): Promise<void> {
  let isOver = false
  const viewer = makeViewer(() => {
    isOver = true
    asker.close()
  })
  const asker = makeAsker(port, (why) => {
    if (isOver) return
    isOver = true
    counts.ended++
    failures.push(why)
  })
  hls.push(viewer)
  let known: string | undefined
  let next = ''
  while (!isOver) {
    const list = await asker.ask(`${base}/live.m3u8${next}`)
    if (list.status !== 200) {
      counts.refused++
      await new Promise((done) => setTimeout(done, 200))
      continue
    }
    const read = readPlaylist(list.body.toString('latin1'), known)
    next = read.next
    for (const name of read.parts) {
      const part = await asker.ask(`${base}/${name}`)
      known = name
      if (part.status !== 200) counts.refused++
      else {
        if (isMeasuring) {
          counts.parts++
          counts.bytes += part.body.length
        }
        see(viewer)
      }
    }
  }
}

/** Joins over some time, as people do. */
async function joinAll(ask: Extract<ViewersAsk, { join: unknown }>['join']): Promise<void> {
  initLogger('Fatal', () => {})
  const { whepUrl, hlsPort, hlsBase } = ask
  for (let n = 0; n < ask.whep; n += 20) {
    const some = Math.min(20, ask.whep - n)
    await Promise.all(Array.from({ length: some }, () => joinStubbornly(whepUrl)))
  }
  for (let n = 0; n < ask.hls; n++) {
    followHls(hlsPort, hlsBase).catch((error: unknown) => failures.push(String(error)))
    if (n % 10 === 9) await new Promise((done) => setTimeout(done, 25))
  }
  const endMs = now() + JOIN_MS
  while ([...whep, ...hls].some(({ lastMs }) => lastMs === 0)) {
    if (now() > endMs) {
      const blind = [whep, hls].map((all) => all.filter(({ lastMs }) => lastMs === 0).length)
      throw new Error(`no picture for ${blind[0]} on WHEP, ${blind[1]} on LL-HLS: `
        + `${JSON.stringify(counts)} ${failures.slice(0, 3).join()}`)
    }
    await new Promise((done) => setTimeout(done, 50))
  }
}

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

function begin(): void {
  for (const key of Object.keys(counts) as (keyof typeof counts)[]) counts[key] = 0
  failures = []
  began = { atMs: now(), cpu: cpuSeconds() }
  for (const viewer of [...whep, ...hls]) {
    viewer.longestGapMs = 0
    viewer.freezes = 0
  }
  isMeasuring = true
}

function read(): ViewersResult {
  const seconds = (now() - began.atMs) / 1000
  const judge = (viewers: readonly Viewer[]) => {
    // Somebody who still waits has a gap that no picture has ended yet.
    const gaps = viewers.map(({ longestGapMs, lastMs }) => Math.max(longestGapMs, now() - lastMs))
      .toSorted((a, b) => a - b)
    return {
      viewers: viewers.length, longestGapMs: Math.round(gaps.at(-1) ?? 0),
      medianLongestGapMs: Math.round(gaps[gaps.length >> 1] ?? 0),
      frozen: gaps.filter((gapMs) => gapMs > FREEZE_MS).length,
      freezes: viewers.reduce((sum, { freezes }) => sum + freezes, 0),
    }
  }
  return {
    seconds, cpuSeconds: cpuSeconds() - began.cpu, whep: judge(whep), hls: judge(hls), ...counts,
    failures: failures.slice(0, 5),
  }
}

answerParent(async (ask: ViewersAsk) => {
  if ('join' in ask) await joinAll(ask.join)
  else if ('begin' in ask) begin()
  else if ('read' in ask) return read()
  else {
    for (const viewer of [...whep, ...hls]) viewer.close()
    whep = []
    hls = []
  }
  return true
})
