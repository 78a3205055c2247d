import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { systemClock } from '#kernel'
import { findCandidate, makeChance, replaceCandidates, startUdpPath, withoutCandidates,
  type UdpPath } from './udp-path.ts'

const answer = (port: number) => ['v=0', 'm=video 9 UDP/TLS/RTP/SAVPF 96', 'c=IN IP4 0.0.0.0',
  'a=mid:0', `a=candidate:1 1 UDP 2122317823 127.0.0.1 ${port} typ host`,
  `a=candidate:2 1 UDP 2122317567 fe80::1 ${port} typ host`, 'a=end-of-candidates',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111', 'c=IN IP4 0.0.0.0', 'a=mid:1', ''].join('\r\n')

const closers: (() => void)[] = []
afterEach(() => closers.splice(0).forEach((close) => close()))

async function listen() {
  const socket = createSocket('udp4')
  closers.push(() => socket.close())
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const heard: { text: string; port: number; atMs: number }[] = []
  socket.on('message', (bytes, from) => {
    heard.push({ text: String(bytes), port: from.port, atMs: systemClock.steadyMs() })
  })
  return { socket, heard, port: socket.address().port }
}

async function makePath(options: Parameters<typeof startUdpPath>[0]): Promise<UdpPath> {
  const path = await startUdpPath(options)
  closers.push(() => path.close())
  return path
}

describe('a path through the proxy', () => {
  test('an answer leads through it and nowhere else', () => {
    expect(findCandidate(answer(8189))).toEqual({ address: '127.0.0.1', port: 8189 })
    const led = replaceCandidates(answer(8189), '127.0.0.1', 5000)
    expect(led.match(/a=candidate.*/g)).toEqual(Array(2)
      .fill('a=candidate:1 1 UDP 2122317823 127.0.0.1 5000 typ host'))
    expect(withoutCandidates(led)).not.toMatch(/candidate/)
    expect(withoutCandidates(led)).toContain('a=mid:1\r\n')
    expect(findCandidate('v=0\r\n')).toBeUndefined()
  })

  test('carries both ways with its delay, and keeps clients apart', async () => {
    const server = await listen()
    const [one, two] = [await listen(), await listen()]
    server.socket.on('message', (bytes, from) => server.socket.send(`${bytes}!`, from.port))
    const path = await makePath({ seed: 1, delayMs: 20 })
    path.lead(answer(server.port))
    const startMs = systemClock.steadyMs()
    one.socket.send('one', path.port)
    two.socket.send('two', path.port)
    while (one.heard.length + two.heard.length < 2) await systemClock.sleep(2)
    expect([one.heard[0]!.text, two.heard[0]!.text]).toEqual(['one!', 'two!'])
    expect(one.heard[0]!.atMs - startMs).toBeGreaterThanOrEqual(39)
    expect(new Set(server.heard.map(({ port }) => port)).size).toBe(2)
  })

  test('loses its share by seed, and everything when it is cut', async () => {
    const server = await listen()
    const client = await listen()
    const path = await makePath({ seed: 7, lossShare: 0.1 })
    path.lead(answer(server.port))
    for (let n = 0; n < 500; n++) {
      client.socket.send(String(n), path.port)
      if (n % 20 === 0) await systemClock.sleep(1)
    }
    while (path.passed + path.dropped < 500) await systemClock.sleep(5)
    const chance = makeChance(7)
    const lost = Array.from({ length: 500 }, () => chance()).filter((one) => one < 0.1).length
    expect(path.dropped).toBe(lost)
    expect(lost).toBeGreaterThan(30)
    expect(lost).toBeLessThan(75)
    path.set({ isCut: true })
    client.socket.send('cut', path.port)
    while (path.dropped === lost) await systemClock.sleep(5)
    expect(server.heard.some(({ text }) => text === 'cut')).toBe(false)
  })
})
