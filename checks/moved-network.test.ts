import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterEach, expect, test } from 'vitest'
import { openLocalTls } from '#adapters/tls-local'
import { makeManualClock, silentLog, systemClock } from '#kernel'
import { keepTls } from '../apps/launch/tls.ts'
import { followTls, tlsOf } from '../apps/server/tls.ts'

const root = mkdtempSync(join(tmpdir(), 'silkcast-follow-'))
afterEach(() => rmSync(root, { recursive: true, force: true }))

test('a house that comes into another network is trusted there as well, without a new start',
  async () => {
    const clock = makeManualClock(Date.now())
    const options = { dataDir: root, host: '0.0.0.0', publicUrl: undefined }
    let names = ['localhost', '10.0.0.5']
    const paths = await openLocalTls({
      folder: join(root, 'tls'), authorityName: 'Silkcast on test', names, nowMs: clock.nowMs(),
    })
    const env = { SILKCAST_TLS_CERT: paths.certPath, SILKCAST_TLS_KEY: paths.keyPath }
    const ca = readFileSync(paths.caPath, 'utf8')
    const server = createServer(tlsOf(env)!, (_request, response) => response.end('inside'))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const troubles: string[] = []
    const stops = [
      keepTls(options, clock, {
        names: () => names, onTrouble: (error) => void troubles.push(error.message),
      }),
      followTls(server, env, { clock, log: silentLog }),
    ]
    const isTrusted = async (): Promise<boolean> => {
      const socket = connect({ host: '127.0.0.1', port, ca })
      const said = await Promise.race([
        once(socket, 'secureConnect').then(() => true), once(socket, 'close').then(() => false),
      ]).catch(() => false)
      socket.destroy()
      return said
    }
    const before = readFileSync(paths.certPath, 'utf8')
    expect(await isTrusted()).toBe(false)
    await clock.advance(22_000)
    expect(readFileSync(paths.certPath, 'utf8')).toBe(before)
    names = ['another-name', '127.0.0.1', '10.9.9.9']
    await clock.advance(16_000)
    // It is made in its own time.
    while (readFileSync(paths.certPath, 'utf8') === before) await systemClock.sleep(20)
    await clock.advance(6_000)
    expect(await isTrusted()).toBe(true)
    expect(readFileSync(paths.caPath, 'utf8')).toBe(ca)
    // Half a pair changes nothing.
    writeFileSync(paths.certPath, 'broken')
    await clock.advance(6_000)
    expect(await isTrusted()).toBe(true)
    expect(troubles).toEqual([])
    for (const stop of stops) stop()
    server.close()
  })
