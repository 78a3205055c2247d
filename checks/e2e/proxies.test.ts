import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { WebSocket } from 'ws'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort, startHouse, type RiggedHouse } from '../../lab/rig/house.ts'
import { needNginx } from '../../tools/lib/nginx.ts'
import { startNginx, type Nginx } from './cdn/nginx.ts'

const root = join(import.meta.dirname, '..', '..')
// Only Linux answers to all of 127.0.0.0/8 unasked.
const program = process.platform === 'linux' ? needNginx() : undefined

let house: RiggedHouse
let nginx: Nginx
let folder: string
let port: number

beforeAll(async () => {
  if (!program) return
  folder = await mkdtemp(join(tmpdir(), 'silkcast-proxies-'))
  house = await startHouse({
    env: { SILKCAST_TRUSTED_PROXIES: '127.0.0.1', SILKCAST_COUNTRY_HEADER: 'CF-IPCountry' },
  })
  port = await freePort()
  const originPort = Number(new URL(house.url).port)
  nginx = await startNginx({ program, folder, port, originPort })
})
afterAll(async () => {
  await nginx?.stop()
  await house?.stop()
  if (folder) await rm(folder, { recursive: true, force: true })
})

/** A call from one of many addresses of this machine, through nginx or straight to the house. */
async function call(
  localAddress: string, path: string, headers: Record<string, string> = {}, to = port,
): Promise<IncomingMessage> {
  const [answer] = await once(request({
    host: '127.0.0.1', port: to, path, localAddress, agent: false, headers,
    method: path === '/' ? 'GET' : 'POST',
  }).end(), 'response') as [IncomingMessage]
  if (path !== '/') answer.resume()
  return answer
}

/** As many guests as one address may make in a minute. */
const PER_MINUTE = 30
async function visits(localAddress: string, count: number, to = port) {
  const statuses: number[] = []
  for (let n = 0; n < count; n++) {
    const spoofed = { 'x-forwarded-for': `6.6.${localAddress.slice(-1)}.${n}` }
    statuses.push((await call(localAddress, '/api/me/visit', spoofed, to)).statusCode!)
  }
  return { good: statuses.filter((status) => status === 200).length, last: statuses.at(-1) }
}

describe.skipIf(!program)('a house behind nginx', () => {
  test('two clients have limits of their own, and new names gain nothing', async () => {
    expect(await visits('127.0.0.2', PER_MINUTE + 5)).toEqual({ good: PER_MINUTE, last: 429 })
    expect(await visits('127.0.0.3', 5)).toEqual({ good: 5, last: 200 })
    // Past the proxy it is the same client; a third that never came is not slowed down either.
    const direct = Number(new URL(house.url).port)
    expect(await visits('127.0.0.2', 3, direct)).toEqual({ good: 0, last: 429 })
    expect(await visits('127.0.0.4', 3, direct)).toEqual({ good: 3, last: 200 })
  })

  test('cookies are for HTTPS where a proxy says so, and not where a stranger does', async () => {
    const said = { 'x-forwarded-proto': 'https' }
    const direct = Number(new URL(house.url).port)
    const cookieOf = async (from: string, to: number) =>
      String((await call(from, '/api/me/visit', said, to)).headers['set-cookie'])
    expect(await cookieOf('127.0.0.1', direct)).toContain('Secure')
    expect(await cookieOf('127.0.0.6', direct)).not.toContain('Secure')
    // nginx says how it was called itself.
    expect(await cookieOf('127.0.0.7', port)).not.toContain('Secure')
  })

  test('the Room shows the prices of the country that a CDN names', async () => {
    const marketFor = async (from: string, country: string, to = port) => {
      const answer = await call(from, '/', { 'cf-ipcountry': country, 'accept-language': 'en' }, to)
      return /"market":"([A-Z]{2})"/.exec(await text(answer))?.[1]
    }
    const usual = await marketFor('127.0.0.2', 'XX')
    expect([await marketFor('127.0.0.2', 'DE'), await marketFor('127.0.0.2', 'SA')])
      .toEqual(['DE', 'SA'])
    const direct = Number(new URL(house.url).port)
    expect(await marketFor('127.0.0.2', 'DE', direct)).toBe(usual)
  })

  test('sockets come through, from our own pages only', async () => {
    const open = (origin: string) => new Promise<string>((done) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { origin })
      socket.on('open', () => {
        socket.terminate()
        done('open')
      })
      socket.on('error', (error) => done(error.message))
    })
    expect(await open(`http://127.0.0.1:${port}`)).toBe('open')
    expect(await open('http://evil.example')).toContain('403')
  })
})

test('a house that trusts nobody says who seems to stand in front of it, once', async () => {
  const wary = await startHouse({ isDemo: false })
  try {
    for (let n = 0; n < 3; n++) {
      await fetch(`${wary.url}/api/me`, { headers: { 'x-forwarded-for': '9.9.9.9' } })
    }
    const advice = /start with --trusted-proxies (?:127\.0\.0\.1|::1)/g
    await expect.poll(() => wary.said().match(advice)?.length, { timeout: 5_000 }).toBe(1)
  } finally {
    await wary.stop()
  }
})

test('the README names the headers of the nginx that is tested', () => {
  const [, snippet = ''] = /```\n(proxy_set_header[^`]+)```/.exec(
    readFileSync(join(root, 'README.md'), 'utf8')) ?? []
  const lines = snippet.trim().split('\n')
  expect(lines).toHaveLength(4)
  const example = readFileSync(join(root, 'docs/nginx.conf'), 'utf8')
  for (const line of lines) expect(example.split(line), line).toHaveLength(3)
})
