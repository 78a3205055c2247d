import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, get } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import type { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Fault } from '#kernel'
import { namesOfThisMachine, openLocalTls, readAuthority } from './index.ts'
import type { LocalTls } from './index.ts'

const DAY_MS = 86_400_000
const now = Date.now()
const names = ['localhost', '127.0.0.1', '::1', 'shop.example', '192.168.7.9', 'fd00::7']
let root: string
let folder: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'silkcast-tls-'))
  folder = join(root, 'tls')
})
afterEach(() => rmSync(root, { recursive: true }))

const open = (more: { names?: string[]; nowMs?: number } = {}): Promise<LocalTls> =>
  openLocalTls({ folder, authorityName: 'Silkcast on test', names, nowMs: now, ...more })
const text = (path: string) => readFileSync(path, 'utf8')
const certificate = (path: string) => new X509Certificate(text(path))

/** What a client that trusts that authority finds under that name; throws what it objects to. */
async function visit(tls: LocalTls, name: string, ca = text(tls.caPath)): Promise<string> {
  const server = createServer({ key: text(tls.keyPath), cert: text(tls.certPath) },
    (_request, response) => response.end('inside'))
  await new Promise<void>((done) => { server.listen(0, '127.0.0.1', done) })
  const { port } = server.address() as AddressInfo
  try {
    return await new Promise<string>((done, fail) => {
      get({ host: '127.0.0.1', port, servername: name, ca, agent: false }, (answer) => {
        answer.setEncoding('utf8').on('data', done)
      }).on('error', fail)
    })
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

describe('the certificates', () => {
  it('are trusted by whoever trusts the authority, and by nobody else', async () => {
    const tls = await open()
    expect(await visit(tls, 'localhost')).toBe('inside')
    expect(await visit(tls, 'shop.example')).toBe('inside')
    await expect(visit(tls, 'other.example')).rejects
      .toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
    const other = await openLocalTls({
      folder: join(root, 'other'), authorityName: 'Silkcast on test', names, nowMs: now,
    })
    await expect(visit(tls, 'localhost', text(other.caPath))).rejects.toThrow(/signature|verify/)
  })

  it('hold for each of the names and addresses, and last as long as every browser takes',
    async () => {
      const tls = await open()
      const server = certificate(tls.certPath)
      for (const name of names) {
        expect(/^[\d.]+$|:/.test(name) ? server.checkIP(name) : server.checkHost(name)).toBeTruthy()
      }
      const days = (server.validToDate.getTime() - server.validFromDate.getTime()) / DAY_MS
      expect(days).toBeGreaterThan(300)
      expect(days).toBeLessThan(399)
      expect(server.ca).toBe(false)
      expect(server.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
      expect(certificate(tls.caPath).ca).toBe(true)
      expect(certificate(tls.caPath).subject).toContain('CN=Silkcast on test')
    })

  it('are closed to other users of the machine', async () => {
    await open()
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    const files = readdirSync(folder)
    expect(files.toSorted()).toEqual(
      ['authority-key.pem', 'server-key.pem', 'server.pem', 'silkcast-authority.crt'])
    for (const file of files) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600)
  })

  it('stay the same from start to start', async () => {
    const { certPath, caPath } = await open()
    const [server, authority] = [text(certPath), text(caPath)]
    await open({ nowMs: now + 300 * DAY_MS })
    expect([text(certPath), text(caPath)]).toEqual([server, authority])
  })

  const isRenewed = async (change: () => Promise<unknown>): Promise<[boolean, boolean]> => {
    const { certPath, caPath } = await open()
    const [server, authority] = [text(certPath), text(caPath)]
    await change()
    expect(certificate(certPath).verify(certificate(caPath).publicKey)).toBe(true)
    return [text(certPath) !== server, text(caPath) !== authority]
  }

  it.each([
    ['an address more', [...names, '10.0.0.8']],
    ['an address less', names.slice(0, -1)],
    ['another address', [...names.slice(0, -1), 'fd00::8']],
    ['a name of this network', [...names, 'shop-pc.local']],
    ['a name less', names.filter((name) => name !== 'shop.example')],
  ])('of the server are made again for %s, under the same authority', async (_what, changed) => {
    expect(await isRenewed(() => open({ names: changed }))).toEqual([true, false])
  })

  it('are made again with their authority for a name that it may not vouch for', async () => {
    const changed = [...names.slice(0, 3), 'other.example', ...names.slice(4)]
    expect(await isRenewed(() => open({ names: changed }))).toEqual([true, true])
  })

  it('let an authority vouch for nothing but its own names and addresses', async () => {
    const tls = await open()
    const key = text(join(folder, 'authority-key.pem'))
    const { issueServer } = await import('./issue.ts')
    const life = { from: new Date(now - DAY_MS), until: new Date(now + DAY_MS) }
    const sign = async (...forged: string[]): Promise<LocalTls> => {
      const made = await issueServer({ cert: text(tls.caPath), key }, forged, life)
      writeFileSync(tls.certPath, made.cert)
      writeFileSync(tls.keyPath, made.key)
      return tls
    }
    await expect(visit(await sign('bank.example'), 'bank.example')).rejects
      .toThrow('permitted subtree violation')
    await expect(visit(await sign('localhost', 'bank.example'), 'localhost')).rejects
      .toThrow('permitted subtree violation')
    expect(await visit(await sign('shop.example', 'pc.local', '10.9.8.7', '2001:db8::1'),
      'pc.local')).toBe('inside')
  })

  it('are described for whoever is to trust them', async () => {
    const many = Array.from({ length: 40 }, (_none, at) => `shop-${at}.example`)
    for (const more of [[], many]) {
      rmSync(folder, { recursive: true, force: true })
      const tls = await open({ names: [...names, ...more] })
      expect(readAuthority(text(tls.caPath))).toEqual({
        name: 'Silkcast on test', fingerprint: tls.fingerprint,
        names: ['localhost', '*.local', 'shop.example', ...more],
      })
      expect(tls.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/)
    }
  })

  it('of the server are made again within 30 days of their end', async () => {
    expect(await isRenewed(() => open({ nowMs: now + 366 * DAY_MS }))).toEqual([false, false])
    expect(await isRenewed(() => open({ nowMs: now + 368 * DAY_MS }))).toEqual([true, false])
    // The clock that made it was a year ahead.
    const { certPath } = await open({ nowMs: now + 368 * DAY_MS })
    await open()
    expect(certificate(certPath).validFromDate.getTime()).toBeLessThan(now)
  })

  it('of the server are made again when they are damaged or belong to another', async () => {
    const damage = (file: string, words: string) => async () => {
      writeFileSync(join(folder, file), words)
      await open()
    }
    expect(await isRenewed(damage('server.pem', 'broken'))).toEqual([true, false])
    expect(await isRenewed(damage('server-key.pem', 'broken'))).toEqual([true, false])
    await open()
    const key = text(join(folder, 'authority-key.pem'))
    expect(await isRenewed(damage('server-key.pem', key))).toEqual([true, false])
  })

  it('of the server are made again when the authority is another', async () => {
    expect(await isRenewed(async () => {
      rmSync(join(folder, 'silkcast-authority.crt'))
      await open()
    })).toEqual([true, true])
  })

  it('of the authority are made again at their end, and never outlived', async () => {
    const late = now + 3500 * DAY_MS
    const { certPath, caPath } = await open()
    await open({ nowMs: late })
    expect(certificate(certPath).validTo).toBe(certificate(caPath).validTo)
    expect(await isRenewed(() => open({ nowMs: now + 3650 * DAY_MS }))).toEqual([true, true])
  })

  it('of the authority are not replaced because they cannot be read', async () => {
    const { caPath } = await open()
    writeFileSync(caPath, 'broken')
    const refused = await open().catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(Fault)
    expect((refused as Fault).message).toMatch(/^The certificates in .* cannot be read: .*delete/)
    expect(text(caPath)).toBe('broken')
  })
})

describe('the names', () => {
  const one = (address: string, internal = false) => [{ address, internal }] as never
  const lan = {
    lo: one('127.0.0.1', true), wifi: one('192.168.1.20'), link: one('fe80::1'),
    self: one('169.254.3.4'), six: one('2001:DB8::5'),
  } as ReturnType<typeof networkInterfaces>

  it('are this machine, its network and what was named, each once', () => {
    expect(namesOfThisMachine(['Shop.Example', '[fd00::1]', '0.0.0.0', '::', 'localhost'], lan,
      'Lena-PC')).toEqual(['localhost', '127.0.0.1', '::1', 'shop.example', 'fd00::1', 'lena-pc',
      '192.168.1.20', '2001:db8::5'])
  })

  it('are nothing that a certificate cannot hold, and not too many', async () => {
    const odd = ['', 'a b', 'x,DNS:evil.example', '*.example', 'ü.example', 'a'.repeat(254), 'a..b',
      '"', '\n', 'a\0b']
    expect(namesOfThisMachine(odd, {}, "Lena's Mac")).toEqual(['localhost', '127.0.0.1', '::1'])
    const many = Object.fromEntries(Array.from({ length: 300 }, (_none, at) =>
      [`veth${at}`, one(`10.1.${Math.floor(at / 250)}.${at % 250}`)]))
    expect(namesOfThisMachine([], many as typeof lan, 'pc')).toHaveLength(60)
  })

  it('of this very machine make a certificate that a TLS client takes', async () => {
    const tls = await open({ names: namesOfThisMachine() })
    expect(await visit(tls, 'localhost')).toBe('inside')
  })
})
