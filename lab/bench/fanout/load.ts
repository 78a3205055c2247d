import { connect as connectSocket, type Socket } from 'node:net'
import { answerParent } from '../orders/talk.ts'
import { filler, linesPerSenderSecond, profile, showId, steadyMicros, type LoadAsk, type LoadPlan,
  type LoadResult } from './plan.ts'

/** A viewer, as thin as can be: raw bytes in, the number read, one in eight looked into. */
interface Viewer {
  readonly socket: Socket
  readonly isLookedInto: boolean
  isUpgraded: boolean
  seq: number
  rest: Buffer | null
}

// All sockets read into the same memory: what is left of a frame is copied out.
const shared = Buffer.allocUnsafe(256 * 1024)
const lookIntoEvery = 8
const SEQ_AT = '{"t":"tick","s":'.length
const MARK = Buffer.from('"text":"@')
const END_OF_HEAD = Buffer.from('\r\n\r\n')
const TICK = 0x69
const SNAPSHOT_SEQ = /"s":(\d+),/

let viewers: Viewer[] = []
let plan: LoadPlan
let joined = 0
let closed = 0
let gaps = 0
let isMeasuring = false
let deliveries = 0
let bytes = 0
let began = { micros: 0, cpu: 0 }
let latencies = new Uint32Array(1 << 22)
let latencyCount = 0
let timer: NodeJS.Timeout | undefined

function maskedText(text: string): Buffer {
  const payload = Buffer.from(text)
  const long = payload.length > 125
  const head = Buffer.alloc(long ? 8 : 6)
  head[0] = 0x81
  head[1] = 0x80 | (long ? 126 : payload.length)
  if (long) head.writeUInt16BE(payload.length, 2)
  return Buffer.concat([head, payload])
}

function readNumber(from: Buffer, at: number): number {
  let value = 0
  for (let digit = from[at]!; digit >= 48 && digit <= 57; digit = from[++at]!) {
    value = value * 10 + digit - 48
  }
  return value
}

function lookInto(frame: Buffer, start: number, end: number, now: number): void {
  let at = frame.indexOf(MARK, start)
  for (; at !== -1 && at < end; at = frame.indexOf(MARK, at + MARK.length)) {
    if (latencyCount < latencies.length) {
      latencies[latencyCount++] = Math.max(0, now - readNumber(frame, at + MARK.length))
    }
  }
}

function takeFrame(viewer: Viewer, frame: Buffer, start: number, end: number, now: number): void {
  // `{"t":"tick"...`, or the snapshot that comes first.
  if (frame[start + 7] !== TICK) {
    const found = SNAPSHOT_SEQ.exec(frame.toString('latin1', start, Math.min(end, start + 200)))
    if (!found || viewer.seq !== -1) return
    viewer.seq = Number(found[1])
    joined++
    return
  }
  const seq = readNumber(frame, start + SEQ_AT)
  if (seq <= viewer.seq) gaps++
  if (isMeasuring) {
    deliveries += seq - viewer.seq
    if (viewer.isLookedInto) lookInto(frame, start, end, now)
  }
  viewer.seq = seq
}

function takeBytes(viewer: Viewer, chunk: Buffer): void {
  const now = steadyMicros()
  let from = chunk
  if (viewer.rest) {
    from = Buffer.concat([viewer.rest, chunk])
    viewer.rest = null
  }
  let at = 0
  while (from.length - at >= 2) {
    const short = from[at + 1]! & 127
    const head = short === 126 ? 4 : short === 127 ? 10 : 2
    if (from.length - at < head) break
    const length = short === 126 ? from.readUInt16BE(at + 2)
      : short === 127 ? Number(from.readBigUInt64BE(at + 2)) : short
    if (from.length - at < head + length) break
    if ((from[at]! & 15) === 1) takeFrame(viewer, from, at + head, at + head + length, now)
    at += head + length
  }
  if (at < from.length) viewer.rest = Buffer.from(from.subarray(at))
}

function take(viewer: Viewer, chunk: Buffer): void {
  if (isMeasuring) bytes += chunk.length
  if (viewer.isUpgraded) return takeBytes(viewer, chunk)
  const head = viewer.rest ? Buffer.concat([viewer.rest, chunk]) : Buffer.from(chunk)
  const end = head.indexOf(END_OF_HEAD)
  if (end === -1) return void (viewer.rest = head)
  viewer.rest = null
  viewer.isUpgraded = true
  viewer.socket.write(maskedText(JSON.stringify({ t: 'hello', v: 1, show: showId, market: 'DE' })))
  if (end + 4 < head.length) takeBytes(viewer, head.subarray(end + 4))
}

function openViewer(number: number): void {
  const addresses = Math.ceil(plan.viewers / (profile.socketsPerAddress * 0.9))
  const socket = connectSocket({
    port: plan.port, host: '127.0.0.1', localAddress: `127.0.0.${2 + (number % addresses)}`,
    noDelay: true,
    onread: {
      buffer: shared,
      callback(length: number) {
        take(viewer, shared.subarray(0, length))
        return true
      },
    },
  })
  const viewer: Viewer = {
    socket, isLookedInto: number % lookIntoEvery === 0, isUpgraded: false, seq: -1, rest: null,
  }
  viewers.push(viewer)
  socket.on('error', () => {})
  socket.on('close', () => { closed++ })
  socket.write('GET /ws HTTP/1.1\r\nHost: bench\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'
    + 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n'
    + `Cookie: sid=viewer${number}\r\n\r\n`)
}

async function connectAll(): Promise<void> {
  const deadline = Date.now() + 30_000
  while (joined < plan.viewers) {
    const most = Math.min(plan.viewers, joined + 200)
    while (viewers.length < most) openViewer(viewers.length)
    if (Date.now() > deadline) throw new Error(`only ${joined} of ${plan.viewers} viewers got in`)
    await new Promise((done) => setTimeout(done, 5))
  }
}

/** Viewers who also speak, in turn, each no more than a person may. */
function startSaying(): void {
  const senders = viewers.slice(0, Math.ceil(plan.linesPerSecond / linesPerSenderSecond))
  const startedAt = performance.now()
  let said = 0
  timer = setInterval(() => {
    const due = Math.floor((performance.now() - startedAt) / 1000 * plan.linesPerSecond)
    for (; said < due; said++) {
      const text = `@${steadyMicros()} ${filler}`
      const message = JSON.stringify({ t: 'chat', ref: 'r', text })
      senders[said % senders.length]!.socket.write(maskedText(message))
    }
  }, 2)
}

const cpuSeconds = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

function finish(): LoadResult {
  isMeasuring = false
  clearInterval(timer)
  const sorted = latencies.subarray(0, latencyCount).sort()
  const at = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) / 1000
  return {
    seconds: (steadyMicros() - began.micros) / 1e6, deliveries, megabytes: bytes / 1e6,
    p50Ms: at(0.5), p99Ms: at(0.99), cpuSeconds: cpuSeconds() - began.cpu, closed, gaps,
  }
}

answerParent(async (ask: LoadAsk) => {
  if ('connect' in ask) {
    plan = ask.connect
    viewers = []
    await connectAll()
  } else if ('say' in ask) {
    startSaying()
  } else if ('begin' in ask) {
    latencies = new Uint32Array(1 << 22)
    latencyCount = 0
    began = { micros: steadyMicros(), cpu: cpuSeconds() }
    isMeasuring = true
  } else return finish()
  return joined
})
