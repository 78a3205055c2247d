import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { Page } from 'playwright-core'
import { systemClock } from '#kernel'

/** What happens to packets on their way, in each direction by itself. */
export interface PathWeather {
  readonly lossShare: number
  readonly delayMs: number
  /** Nothing comes through. */
  readonly isCut: boolean
}

/** A path between a browser and a media process that can be made worse: a UDP proxy, so that it
 *  needs no rights over the network and works anywhere. */
export interface UdpPath {
  readonly port: number
  readonly passed: number
  readonly dropped: number
  set(weather: Partial<PathWeather>): void
  /** Turns an answer of the media process into one that leads through here. */
  lead(answer: string): string
  /** Every WHIP and WHEP session that this page opens goes through here. */
  carry(page: Page): Promise<void>
  close(): void
}

const CLEAR: PathWeather = { lossShare: 0, delayMs: 0, isCut: false }
const CLIENTS_MAX = 500
const BUFFER_BYTES = 4_000_000

/** A chance that is the same in every run (mulberry32). */
export function makeChance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const CANDIDATE = /^a=candidate:\S+ 1 udp \d+ (\d+\.\d+\.\d+\.\d+) (\d+) typ host.*\r?\n/gim

/** The first way to reach over IPv4; undefined when an answer names none. */
export function findCandidate(sdp: string): { address: string; port: number } | undefined {
  const [found] = sdp.matchAll(CANDIDATE)
  return found && { address: found[1]!, port: Number(found[2]) }
}

export const withoutCandidates = (sdp: string): string =>
  sdp.replace(/^a=(candidate:.*|end-of-candidates)\r?\n/gim, '')

/** Leaves one way to reach: the same address, another port. */
export function replaceCandidates(sdp: string, address: string, port: number): string {
  const line = `a=candidate:1 1 UDP 2122317823 ${address} ${port} typ host\r\n`
  return withoutCandidates(sdp).replace(/^m=.*\r?\n(c=.*\r?\n)?/gm, (media) => media + line)
}

export async function startUdpPath(
  options: { readonly seed: number } & Partial<PathWeather>,
): Promise<UdpPath> {
  const { seed, ...weatherAtStart } = options
  const chance = makeChance(seed)
  let weather: PathWeather = { ...CLEAR, ...weatherAtStart }
  let target: { address: string; port: number } | undefined
  const counts = { passed: 0, dropped: 0 }
  const clients = new Map<string, Socket>()
  const front = createSocket({ type: 'udp4', recvBufferSize: BUFFER_BYTES })
  front.on('error', () => {})
  let isClosed = false

  const pass = (forward: () => void): void => {
    if (weather.isCut || chance() < weather.lossShare) return void counts.dropped++
    counts.passed++
    const late = () => { if (!isClosed) forward() }
    if (weather.delayMs > 0) systemClock.after(weather.delayMs, late)
    else late()
  }
  /** One socket per client, so that the media process can tell them apart. */
  const socketOf = (address: string, port: number): Socket | undefined => {
    const known = clients.get(`${address}:${port}`)
    if (known || clients.size >= CLIENTS_MAX) return known
    const socket = createSocket({ type: 'udp4', recvBufferSize: BUFFER_BYTES })
    socket.on('error', () => {})
    socket.on('message', (bytes) => pass(() => front.send(bytes, port, address)))
    clients.set(`${address}:${port}`, socket)
    return socket
  }
  front.on('message', (bytes, { address, port }) => {
    const to = target
    const socket = to && socketOf(address, port)
    if (socket) pass(() => socket.send(bytes, to.port, to.address))
  })
  front.bind(0)
  await once(front, 'listening')
  const { port } = front.address()

  const lead = (answer: string): string => {
    target = findCandidate(answer)
    if (!target) throw new Error(`the answer names no address:\n${answer}`)
    return replaceCandidates(answer, target.address, port)
  }
  return {
    port, lead,
    get passed() { return counts.passed },
    get dropped() { return counts.dropped },
    set(change) { weather = { ...weather, ...change } },
    async carry(page) {
      await page.route(/\/media\/(whip|[a-z0-9_]+\/whep)$/, async (route) => {
        const request = route.request()
        if (request.method() !== 'POST') return route.continue()
        // Without the browser's own addresses the media process cannot find a way around.
        const answer = await route.fetch({ postData: withoutCandidates(request.postData() ?? '') })
        const text = await answer.text()
        const { 'content-length': _length, ...headers } = answer.headers()
        return route.fulfill({
          status: answer.status(), headers, body: answer.status() === 201 ? lead(text) : text,
        })
      })
    },
    close() {
      isClosed = true
      front.close()
      for (const socket of clients.values()) socket.close()
    },
  }
}
