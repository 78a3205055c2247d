import { connect as connectSocket, type Socket } from 'node:net'
import { answerParent, type LoadPlan, type LoadResult } from './talk.ts'

/** One connection that carries one order at a time. */
interface Wire {
  send(body: string): void
  onAnswer: (body: string) => void
}

const person = (number: number) => `per_0${String(number).padStart(25, '0')}`
const address = (number: number) => `adr_0${String(number).padStart(25, '0')}`

/** HTTP/1.1 with keep-alive and no pipelining, as thin as a client can be. */
function httpWire(socket: Socket, buyer: () => number): Wire {
  let text = ''
  const wire: Wire = {
    send(body) {
      socket.write('POST /api/orders HTTP/1.1\r\nhost: 127.0.0.1\r\n'
        + `cookie: sid=${person(buyer())}\r\ncontent-type: application/json\r\n`
        + `content-length: ${body.length}\r\n\r\n${body}`)
    },
    onAnswer: () => {},
  }
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
    const head = text.indexOf('\r\n\r\n')
    if (head < 0) return
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0)
    if (text.length < head + 4 + length) return
    const body = text.slice(head + 4, head + 4 + length)
    text = ''
    wire.onAnswer(body)
  })
  return wire
}

/** WebSocket frames; the mask is zero, so that the payload is sent as it is. */
function socketWire(socket: Socket): Wire {
  let rest: Buffer = Buffer.alloc(0)
  const wire: Wire = {
    send(body) {
      const payload = `{"t":"order","ref":"1","order":${body}}`
      const frame = Buffer.alloc(8 + payload.length)
      frame[0] = 0x81
      frame[1] = 0x80 | 126
      frame.writeUInt16BE(payload.length, 2)
      frame.write(payload, 8, 'latin1')
      socket.write(frame)
    },
    onAnswer: () => {},
  }
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    if (rest.length < 4) return
    const short = rest[1]! & 127
    const start = short === 126 ? 4 : 2
    const length = short === 126 ? rest.readUInt16BE(2) : short
    if (rest.length < start + length) return
    const body = rest.toString('latin1', start, start + length)
    rest = rest.subarray(start + length)
    wire.onAnswer(body)
  })
  return wire
}

const opened = (port: number): Promise<Socket> => new Promise((done, fail) => {
  const socket = connectSocket({ port, host: '127.0.0.1', noDelay: true }, () => done(socket))
  socket.once('error', fail)
})

async function upgraded(port: number, buyer: number): Promise<Socket> {
  const socket = await opened(port)
  socket.write('GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n'
    + 'sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
    + `cookie: sid=${person(buyer)}\r\n\r\n`)
  await new Promise<void>((done) => { socket.once('data', () => done()) })
  return socket
}

async function run(plan: LoadPlan): Promise<LoadResult> {
  const { scene, ports, wire: kind, clients, buyers, firstBuyer } = plan
  const started = Math.floor(performance.now())
  const latencies: number[] = []
  const acknowledged: string[] = []
  const refused: Record<string, number> = {}
  let sent = 0
  let failed = 0
  const mark = `${process.pid}-${started}-`
  const order = (buyer: number) => `{"key":"${mark}${String(++sent).padStart(10, '0')}",`
    + `"showId":"${scene.showId}","offerId":"${scene.offerId}",`
    + `"variantId":"${scene.variantIds[0]}","quantity":1,"market":"DE","unitAmountMinor":1990,`
    + `"deliveryId":"${address(buyer)}"}`
  const note = (body: string) => {
    const id = /"id":"(ord_[^"]+)"/.exec(body)?.[1]
    if (id) return void acknowledged.push(id)
    const code = /"code":"([^"]+)"/.exec(body)?.[1]
    if (code) refused[code] = (refused[code] ?? 0) + 1
    else failed++
  }
  const wires: { wire: Wire; socket: Socket; buyerNow: { of: number } }[] = []
  for (let index = 0; index < clients; index++) {
    const port = ports[index % ports.length]!
    const buyerNow = { of: firstBuyer + index }
    const socket = kind === 'http' ? await opened(port) : await upgraded(port, buyerNow.of)
    const wire = kind === 'http' ? httpWire(socket, () => buyerNow.of) : socketWire(socket)
    wires.push({ wire, socket, buyerNow })
  }
  const from = performance.now()
  const until = plan.seconds === undefined ? Infinity : from + plan.seconds * 1000
  const most = plan.attempts ?? Infinity
  await Promise.all(wires.map(({ wire, buyerNow }) => new Promise<void>((done) => {
    let sentAt = 0
    const next = () => {
      sentAt = performance.now()
      if (sentAt >= until || sent >= most) return done()
      // A socket belongs to one buyer; over HTTP every order may be another's.
      if (kind === 'http') buyerNow.of = firstBuyer + (sent % buyers)
      wire.send(order(buyerNow.of))
    }
    wire.onAnswer = (body) => {
      latencies.push(performance.now() - sentAt)
      note(body)
      next()
    }
    next()
  })))
  const seconds = (performance.now() - from) / 1000
  for (const { socket } of wires) socket.destroy()
  latencies.sort((a, b) => a - b)
  const at = (share: number) => latencies[Math.floor((latencies.length - 1) * share)] ?? 0
  return {
    seconds, answered: latencies.length, held: acknowledged.length, refused, failed,
    p50Ms: at(0.5), p99Ms: at(0.99), acknowledged,
  }
}

answerParent((plan: LoadPlan) => run(plan))
process.on('SIGTERM', () => process.exit(0))
