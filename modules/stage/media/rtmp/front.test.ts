import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  Fault, ok, refuse, silentLog, systemClock, systemRandom,
} from '#kernel'
import { makeRecordingFolder } from '#stage/recording'
import type { Doorstep } from '../contract.ts'
import { makeMediaServer, makeRtmpFront, type MediaServer, type RtmpServer } from '../index.ts'
import {
  INTERNAL_KEY, makeShowId, noRtc, startEncoder, until, type Encoder,
} from '../testing.ts'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PROLOGUE_MAX, writeHanded, writePulse } from './handed.ts'

const getText = async (url: string): Promise<string> => (await fetch(url)).text()
const good = makeShowId()
let folder: string
let media: MediaServer
let front: RtmpServer
let port: number
let owner: Doorstep
let httpPort: number
let locate: Parameters<typeof makeRtmpFront>[0]['locate']
let encoders: Encoder[]
let kept: (readonly string[] | undefined)[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'silkcast-front-'))
  encoders = []
  kept = []
  media = makeMediaServer({
    clock: systemClock, log: silentLog, internalKey: INTERNAL_KEY,
    recordings: makeRecordingFolder({ clock: systemClock, log: silentLog, folder }),
    self: { isBehindFront: true }, random: systemRandom, rtc: noRtc,
    control: {
      authorize: async () => { throw new Error('the front has asked already') },
      identify: async () => { throw new Error('no WebRTC here') },
      report: () => {},
      keepRenditions: (id, said) => void (id === good && kept.push(said)),
    },
  })
  const ports = await media.listen(
    { httpPort: 0, httpHost: '127.0.0.1', rtmpPort: 0, rtmpHost: '127.0.0.1' })
  httpPort = ports.httpPort
  owner = { host: '127.0.0.1', port: ports.rtmpPort }
  locate = async (key) => key === 'good-key-1'
    ? ok({ showId: good, owner, renditions: ['audio'] })
    : refuse('stage.show.key_unknown')
  front = makeRtmpFront({
    clock: systemClock, log: silentLog, internalKey: INTERNAL_KEY, processes: 1,
    locate: (key, from) => locate(key, from),
  })
  port = await front.listen(0, '127.0.0.1')
})
afterAll(async () => {
  await Promise.all(encoders.map((encoder) => encoder.stop()))
  await front?.close()
  await media?.close()
  await rm(folder, { recursive: true, force: true })
})

function publish(key: string, seconds = 30): Encoder {
  const encoder = startEncoder(`rtmp://127.0.0.1:${port}/live/${key}`, { seconds })
  encoders.push(encoder)
  return encoder
}
const state = () => getText(`http://127.0.0.1:${httpPort}/media/${good}/state.json`)

describe('the front', () => {
  test('gives an encoder to the owner of its show, which hears all of it', async () => {
    const encoder = publish('good-key-1')
    await until('receiving', async () => (await state()).includes('"receiving"'))
    await until('a picture', async () => {
      const text = await getText(`http://127.0.0.1:${httpPort}/media/${good}/live.m3u8`)
      return text.includes('s0.m4s')
    })
    expect(encoder.child.exitCode).toBeNull()
    // With what the server said of the show, which the owner does not ask.
    expect(kept).toEqual([['audio']])
    // The end of one end is the end of the other.
    await encoder.stop()
    await until('lost', async () => (await state()).includes('"lost"'))
    expect(front.connections).toBe(0)
  }, 15_000)

  test('refuses a wrong key itself, and who guesses is turned away', async () => {
    expect(await publish('wrong-key-1').ended()).not.toBe(0)
    await until('gone', () => front.connections === 0)
  })

  test('asks again while the owner does not answer', async () => {
    const there = owner
    let asked = 0
    const before = locate
    locate = async () => ok({ showId: good, owner: ++asked < 3 ? { ...there, port: 1 } : there })
    const encoder = publish('good-key-1')
    await until('receiving', async () => (await state()).includes('"receiving"'))
    expect(asked).toBe(3)
    await encoder.stop()
    locate = async () => { throw new Fault('stage.media.server_silent', { retryable: true }) }
    expect(await publish('good-key-1').ended()).not.toBe(0)
    locate = before
  }, 15_000)

  test('lets a publisher go whose owner sleeps, however little it sends', async () => {
    const sleepers: Socket[] = []
    const sleeper: Server = createServer((socket) => void sleepers.push(socket.pause()))
    sleeper.listen(0, '127.0.0.1')
    await once(sleeper, 'listening')
    const before = locate
    const bound = sleeper.address() as { port: number }
    locate = async () => ok({ showId: good, owner: { host: '127.0.0.1', port: bound.port } })
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(handshake())
    await until('joined', () => sleepers.length > 0)
    const gone = new Promise<unknown>((done) => socket.resume().once('close', done))
    const startMs = systemClock.steadyMs()
    await gone
    expect(systemClock.steadyMs() - startMs).toBeLessThan(4_000)
    locate = before
    for (const one of sleepers) one.destroy()
    sleeper.close()
  }, 15_000)
})

/** RTMP up to `publish` of the good key, in one piece. */
function handshake(): Buffer {
  const shake = Buffer.alloc(1 + 2 * 1536)
  shake[0] = 3
  const text = (value: string) => {
    const bytes = Buffer.from(value)
    return Buffer.concat([Buffer.from([2, 0, bytes.length]), bytes])
  }
  const command = Buffer.concat([text('publish'), Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 5]),
    text('good-key-1'), text('live')])
  const head = Buffer.from([3, 0, 0, 0, 0, 0, command.length, 20, 1, 0, 0, 0])
  return Buffer.concat([shake, head, command])
}

describe('the door behind it', () => {
  const knock = async (bytes: Buffer): Promise<string> => {
    const socket = connect(owner.port, owner.host)
    let said = ''
    socket.on('data', (chunk: Buffer) => { said += chunk.toString('latin1') })
    socket.on('error', () => {})
    socket.write(bytes)
    await once(socket, 'close')
    return said
  }
  const handed = { address: '203.0.113.9', showId: good, prologue: handshake() }

  test.each([
    ['no line at all', Buffer.alloc(5_000, 65)],
    ['a publisher from outside', handshake()],
    ['a wrong secret', writeHanded(handed, 'guess')],
    ['no show', writeHanded({ ...handed, showId: '../x' as never }, INTERNAL_KEY)],
    ['too much', Buffer.from(`${JSON.stringify({
      key: INTERNAL_KEY, showId: good, bytes: PROLOGUE_MAX + 1 })}\n`)],
    ['a negative count', Buffer.from(`${JSON.stringify({
      key: INTERNAL_KEY, showId: good, bytes: -1 })}\n`)],
    ['nothing', Buffer.from('null\n')],
  ])('is closed to %s', async (_what, bytes) => {
    expect(await knock(bytes)).toBe('')
    expect(await state()).not.toContain('"receiving"')
  })

  test('is closed to whoever says nothing', async () => {
    const startMs = systemClock.steadyMs()
    expect(await knock(Buffer.from('{'))).toBe('')
    expect(systemClock.steadyMs() - startMs).toBeLessThan(3_500)
  })

  test('says that it is awake to whoever knows the secret', async () => {
    expect(await knock(writePulse(INTERNAL_KEY))).toBe('\n')
    expect(await knock(writePulse('guess'))).toBe('')
  })

  test('takes it byte by byte as well', async () => {
    const socket = connect(owner.port, owner.host)
    socket.on('error', () => {})
    const bytes = writeHanded(handed, INTERNAL_KEY)
    for (let at = 0; at < bytes.length; at += 97) {
      socket.write(bytes.subarray(at, at + 97))
      if (at % 970 === 0) await systemClock.sleep(1)
    }
    const [said] = await once(socket, 'data') as [Buffer]
    // Not the handshake again: the first word is about publishing.
    expect(said.toString('latin1')).toContain('NetStream.Publish.Start')
    socket.destroy()
    await until('left', async () => !(await state()).includes('"receiving"'))
  })
})
