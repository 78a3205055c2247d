import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeClients, noProxies } from '#adapters/clients-forwarded'
import { makeHttp, type Http } from '#adapters/http-fastify'
import { openLocalTls, namesOfThisMachine, type LocalTls } from '#adapters/tls-local'
import { silentLog } from '#kernel'
import { openBrowser } from '#lab/rig/browser.ts'
import type { ServerEnv } from '../env.ts'
import { makeTrust } from './index.ts'
import { openTrust } from './open.ts'
import { deviceOf } from './page.ts'
import type { PlainTrust } from './plain.ts'

const AGENTS = {
  ios: 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1',
  android: 'Mozilla/5.0 (Linux; Android 16) Chrome/140.0 Mobile Safari/537.36',
  windows: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36',
  mac: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/19.0 Safari/605.1.15',
  chrome: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36',
  firefox: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
} as const

let root: string
let tls: LocalTls
let http: Http
let trust: PlainTrust
let plainUrl: string
let secureUrl: string

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'silkcast-trust-'))
  tls = await openLocalTls({
    folder: root, authorityName: 'Silkcast & co', names: namesOfThisMachine(),
    nowMs: Date.now(),
  })
  http = await makeHttp({
    tls: { cert: readFileSync(tls.certPath), key: readFileSync(tls.keyPath) },
    log: silentLog, clients: makeClients({ proxies: noProxies }),
    isSecure: true, refusals: [], version: '0.0.0', internalKey: 'k'.repeat(32),
    whoBySession: async () => { throw new Error('nobody asks') },
  })
  const [port, trustPort] = [await freePort(), await freePort()]
  trust = (await openTrust(http, {
    SILKCAST_TLS_CA: tls.caPath, SILKCAST_TRUST_PORT: String(trustPort),
    SILKCAST_PORT: String(port), SILKCAST_HOST: '127.0.0.1',
  } as ServerEnv))!
  http.app.get('/studio', async () => 'studio')
  await http.app.listen({ port, host: '127.0.0.1' })
  plainUrl = `http://127.0.0.1:${trustPort}`
  secureUrl = `https://127.0.0.1:${port}`
})
afterAll(async () => {
  await trust?.close()
  await http?.app.close()
  rmSync(root, { recursive: true, force: true })
})

const ask = (path: string, headers: Record<string, string> = {}, url = plainUrl) =>
  fetch(url + path, { redirect: 'manual', headers: { 'accept-language': 'en', ...headers } })

/** As a peer that does not care for rules: the answer to exactly these bytes. */
async function raw(bytes: string): Promise<string> {
  const socket = connect(Number(new URL(plainUrl).port), '127.0.0.1')
  socket.setTimeout(3000, () => socket.destroy())
  let said = ''
  socket.on('data', (chunk: Buffer) => { said += chunk.toString('latin1') }).on('error', () => {})
  socket.write(bytes)
  await once(socket, 'close')
  return said
}
const get = (target: string, host = '127.0.0.1'): Promise<string> =>
  raw(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)

describe('the trust page', () => {
  test('opens without TLS, with steps, fingerprint and the certificate, and no script needed',
    async () => {
      const answer = await ask('/trust')
      const text = await answer.text()
      expect([answer.status, answer.headers.get('content-type')])
        .toEqual([200, 'text/html; charset=utf-8'])
      expect(text).toContain('<html lang="en" dir="ltr">')
      expect(text.replaceAll(/<\/?span>/g, '')).toContain(tls.fingerprint)
      expect(text).toContain('“Silkcast &amp; co”')
      expect(text.match(/<details/g)).toHaveLength(6)
      expect(text).toContain(`href="${secureUrl}/studio"`)
      const csp = answer.headers.get('content-security-policy')!
      expect(csp).toContain(`connect-src ${secureUrl};`)
      expect(csp).toContain("default-src 'none'")
      for (const path of text.matchAll(/(?:href|src)="(\/trust[^"?]*)"/g)) {
        expect([path[1], (await ask(path[1]!)).status]).toEqual([path[1], 200])
      }
    })

  test.each([['zh-Hans', 'ltr', '下载证书'], ['ar', 'rtl', 'تنزيل الشهادة']])(
    'speaks %s, also by what the browser asks for', async (locale, dir, words) => {
      const chosen = await (await ask(`/trust?lang=${locale}`)).text()
      const liked = await (await ask('/trust', { 'accept-language': locale })).text()
      for (const text of [chosen, liked]) {
        expect(text).toContain(`<html lang="${locale}" dir="${dir}">`)
        expect(text).toContain(words)
      }
    })

  test('shows another phone an address that it can reach, or none', async () => {
    // This house listens on 127.0.0.1 only.
    expect(await (await ask('/trust')).text()).not.toContain('<svg')
    const page = (lan: string | undefined, host: string) => makeTrust({
      ca: readFileSync(tls.caPath, 'utf8'), httpsPort: 1, trustPort: 2, lan, isOurHost: () => true,
    })({
      target: '/trust', host, isSecure: true, userAgent: undefined, acceptLanguage: undefined,
    })!.body
    expect(page('192.168.1.20', 'localhost:1')).toContain('<bdi>http://192.168.1.20:2/trust</bdi>')
    expect(page('192.168.1.20', '10.0.0.7:1')).toMatch(/10\.0\.0\.7:2\/trust"><svg/)
  })

  test('opens the steps of the device that asks', async () => {
    for (const [device, agent] of Object.entries(AGENTS)) {
      expect(deviceOf(agent)).toBe(device)
      const text = await (await ask('/trust', { 'user-agent': agent })).text()
      expect(text.match(/<details open>/g)).toHaveLength(1)
    }
    const iphone = await (await ask('/trust', { 'user-agent': AGENTS.ios })).text()
    expect(iphone).toMatch(/<details open><summary>iPhone/)
  })

  test('hands out the certificate as phones want it, and never a key', async () => {
    const answer = await ask('/trust/ca.crt')
    expect(answer.headers.get('content-type')).toBe('application/x-x509-ca-cert')
    expect(answer.headers.get('content-disposition')).toContain('silkcast-authority.crt')
    const pem = await answer.text()
    expect(new X509Certificate(pem).fingerprint256).toBe(tls.fingerprint)
    const keys = readdirSync(root).filter((name) => name.includes('key'))
    expect(keys).toHaveLength(2)
    for (const path of ['/trust', '/trust/ca.crt', '/trust/look.css', '/trust/check.js',
      ...keys.map((name) => `/trust/${name}`), '/trust/../authority-key.pem']) {
      expect(await get(path)).not.toContain('PRIVATE KEY')
    }
  })

  test('sends everything else to HTTPS', async () => {
    const { status, headers } = await ask('/studio?x=1')
    expect([status, headers.get('location')]).toEqual([307, `${secureUrl}/studio?x=1`])
    expect((await ask('/trust/check')).status).toBe(307)
    expect((await fetch(plainUrl + '/trust', { method: 'POST' })).status).toBe(405)
    expect((await (await fetch(plainUrl + '/trust', { method: 'HEAD' })).text())).toBe('')
  })

  test('leads no one astray: foreign hosts, split headers, markup, odd targets', async () => {
    for (const host of ['evil.example', 'evil.example:80', '127.0.0.1@evil.example', '',
      '"><script>', '127.0.0.1:80/x', '[::1', 'a'.repeat(300)]) {
      const said = await get('/trust', host)
      expect([host, /^HTTP\/1.1 (400|404)/.test(said)]).toEqual([host, true])
      expect(said).not.toMatch(/location:/i)
    }
    const targets = ['//evil.example', 'http://evil.example/x', '/%0d%0aset-cookie:x', '/\\evil',
      '*', `/${'a'.repeat(3000)}`, '/trust?lang=%3Cscript%3E', '/trust?lang=__proto__',
      '/trust/%00']
    for (const target of targets) {
      const said = await get(target)
      const location = /^location: (.*)\r$/mi.exec(said)?.[1]
      if (location) expect(new URL(location).origin).toBe(secureUrl)
      expect(said).not.toMatch(/<script>(?!<)|^set-cookie:/im)
      expect(said).toMatch(/^HTTP\/1.1 (200|307|400|404|414)/)
    }
    expect(await raw('\x16\x03\x01\x02\x00')).toMatch(/^HTTP\/1.1 400/)
  })
})

describe('a browser on that page', () => {
  let browser: Awaited<ReturnType<typeof openBrowser>>
  beforeAll(async () => { browser = await openBrowser() })
  afterAll(() => browser?.close())

  async function checkIn(trusts: boolean): Promise<{ trust: string | null; words: string }> {
    const context = await browser.newContext({ ignoreHTTPSErrors: trusts, locale: 'en-US' })
    const page = await context.newPage()
    const troubles: string[] = []
    page.on('pageerror', (error) => troubles.push(error.message))
    page.on('console', (line) => {
      if (/Content Security Policy/i.test(line.text())) troubles.push(line.text())
    })
    await page.goto(`${plainUrl}/trust`)
    await page.locator('.check[data-trust]').waitFor()
    const trust = await page.locator('.check').getAttribute('data-trust')
    const words = await page.locator('#check').innerText()
    expect(troubles).toEqual([])
    await context.close()
    return { trust, words }
  }

  test('is told whether it trusts this house now', async () => {
    expect(await checkIn(false)).toMatchObject({
      trust: 'no', words: expect.stringContaining('does not trust it yet'),
    })
    expect(await checkIn(true)).toMatchObject({
      trust: 'yes', words: expect.stringContaining('You are done.'),
    })
  })
})
