import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { get } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { WebSocket, WebSocketServer } from 'ws'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeClients, noProxies } from '#adapters/clients-forwarded'
import { makeHttp } from '#adapters/http-fastify'
import type { Http } from '#adapters/http-fastify'
import { namesOfThisMachine, openLocalTls } from '#adapters/tls-local'
import { silentLog } from '#kernel'

let root: string
let http: Http
let port: number
let ca: string

const make = async (tls?: { cert: string; key: string }): Promise<Http> => await makeHttp({
  tls, log: silentLog, clients: makeClients({ proxies: noProxies }),
  isSecure: true, refusals: [], version: '0.0.0', internalKey: 'k'.repeat(32),
  whoBySession: async () => {
    throw new Error('nobody asks')
  },
})

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'silkcast-https-'))
  const paths = await openLocalTls({
    folder: root, authorityName: 'Silkcast on test', names: namesOfThisMachine(), nowMs: Date.now(),
  })
  ca = readFileSync(paths.caPath, 'utf8')
  http = await make({
    cert: readFileSync(paths.certPath, 'utf8'), key: readFileSync(paths.keyPath, 'utf8'),
  })
  http.app.get('/plain', async () => 'inside')
  await http.app.ready()
  new WebSocketServer({ server: http.app.server, path: '/ws' })
    .on('connection', (socket) => socket.send('hello'))
  await http.app.listen({ port: 0, host: '127.0.0.1' })
  port = (http.app.server.address() as AddressInfo).port
})
afterAll(async () => {
  await http?.app.close()
  rmSync(root, { recursive: true })
})

describe('the server with a certificate of its own', () => {
  it('answers over HTTPS, and asks no browser to remember that', async () => {
    const asked = get({ host: '127.0.0.1', port, path: '/plain', ca, agent: false })
    const [answer] = await once(asked, 'response') as [IncomingMessage]
    answer.resume()
    expect(answer.statusCode).toBe(200)
    expect(answer.headers).toHaveProperty('content-security-policy')
    expect(answer.headers).not.toHaveProperty('strict-transport-security')
  })

  it('is remembered when somebody else gives it HTTPS', async () => {
    const behindProxy = await make()
    behindProxy.app.get('/plain', async () => 'inside')
    const answer = await behindProxy.app.inject({ url: '/plain', headers: { host: 'localhost' } })
    expect(answer.headers).toHaveProperty('strict-transport-security')
    await behindProxy.app.close()
  })

  it('takes WebSocket connections', async () => {
    const socket = new WebSocket(`wss://127.0.0.1:${port}/ws`, { ca })
    const [said] = await once(socket, 'message') as [Buffer]
    expect(said.toString()).toBe('hello')
    socket.close()
  })

  it('speaks neither plain HTTP nor an old TLS', async () => {
    await expect(fetch(`http://127.0.0.1:${port}/plain`)).rejects.toThrow('fetch failed')
    // The client would take it: its own floor and its ciphers are lowered.
    const old = connect({
      host: '127.0.0.1', port, ca, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    })
    const [error] = await once(old, 'error') as [Error]
    expect(error.message).toMatch(/alert protocol version/)
  })
})
