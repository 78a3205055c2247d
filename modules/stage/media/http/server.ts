import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Fault, isId, type Log, type ShowId } from '#kernel'
import type { Archive } from '#stage/recording/contract'
import { INTERNAL_HEADER, type ProcessView } from '../contract.ts'
import type { Shows } from '../live/shows.ts'
import type { makeRtcHttp } from '../rtc/http.ts'
import { makeCommands, type StageDesk } from './commands.ts'
import type { AskerReader } from './poller.ts'
import { makePlayback, parseAsset } from './playback.ts'
import { sendEmpty, sendJson } from './reply.ts'

export interface MediaHttp {
  listen(port: number, host: string): Promise<number>
  close(): Promise<void>
}

const hash = (text: string): Buffer => createHash('sha256').update(text).digest()

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'content-length, content-range, date',
} as const

export function makeMediaHttp(deps: {
  shows: Shows
  archive: Archive
  log: Log
  server: { readonly key: string; readonly askerOf: AskerReader }
  health: () => Record<string, unknown>
  /** WHIP, WHEP and who is on stage; absent where there is no WebRTC. */
  rtc?: {
    readonly answer: ReturnType<typeof makeRtcHttp>
    readonly stage: StageDesk
  } | undefined
  metrics: () => unknown
  /** What the server needs to know to send everybody to the right process. */
  inside: () => ProcessView
}): MediaHttp {
  const play = makePlayback({ ...deps, askerOf: deps.server.askerOf })
  const command = makeCommands({ ...deps, play, stage: deps.rtc?.stage })
  const keyHash = hash(deps.server.key)

  const isInternal = (request: IncomingMessage): boolean => {
    const given = request.headers[INTERNAL_HEADER]
    return typeof given === 'string' && timingSafeEqual(hash(given), keyHash)
  }

  const watch = async (
    request: IncomingMessage, response: ServerResponse, path: string, query: URLSearchParams,
  ): Promise<void> => {
    for (const [name, value] of Object.entries(CORS)) response.setHeader(name, value)
    if (request.method === 'OPTIONS') {
      const allowed = { 'access-control-allow-methods': 'GET, HEAD' }
      const headers = { 'access-control-allow-headers': 'range', 'access-control-max-age': '86400' }
      return sendEmpty(response, 204, { ...allowed, ...headers })
    }
    const match = /^\/media\/([a-z0-9_]{1,40})\/([a-z0-9.-]{1,40})$/.exec(path)
    const asset = match && parseAsset(match[2]!)
    const showId = match?.[1]
    if (!asset || !isId('sho', showId)) return sendEmpty(response, 404)
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return sendEmpty(response, 405, { allow: 'GET, HEAD, OPTIONS' })
    }
    await play(request, response, showId as ShowId, asset, query)
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // The raw target is matched, never normalised: what is not spelled exactly does not exist.
    const target = request.url ?? ''
    const mark = target.indexOf('?')
    const path = mark < 0 ? target : target.slice(0, mark)
    if (path === '/media/health') return sendJson(response, 200, deps.health())
    if (path.startsWith('/internal/')) {
      if (isInternal(request)) return command(request, response, path)
      request.resume()
      return sendEmpty(response, 401)
    }
    const search = mark < 0 ? '' : target.slice(mark + 1)
    if (await deps.rtc?.answer(request, response, path, search)) return
    const query = new URLSearchParams(search)
    return watch(request, response, path, query)
  }

  const server = createServer({
    maxHeaderSize: 8_192, headersTimeout: 10_000, requestTimeout: 15_000, keepAliveTimeout: 30_000,
  }, (request, response) => {
    // An offer, a cut and a list are read by whoever takes them; all other bodies are of no use.
    const isRead = request.headers['content-type']?.startsWith('application/sdp') === true
      || request.method === 'PUT' || request.url?.endsWith('/stage') === true
    if (!isRead) request.resume()
    response.on('error', () => {})
    handle(request, response).catch((error: unknown) => {
      // Another process has that show, or had it a moment ago: soon it is clear who has it.
      if (error instanceof Fault && error.retryable && !response.headersSent) {
        return sendEmpty(response, 503, { 'retry-after': '1' })
      }
      deps.log.error('http', { message: error instanceof Error ? error.message : String(error) })
      if (response.headersSent) response.destroy()
      else sendEmpty(response, 500)
    })
  })

  return {
    listen: (port, host) => new Promise((done, fail) => {
      server.once('error', fail)
      server.listen(port, host, () => {
        server.off('error', fail)
        const bound = server.address()
        done(typeof bound === 'object' && bound ? bound.port : port)
      })
    }),
    close: () => new Promise((done) => {
      server.close(() => done())
      server.closeAllConnections()
    }),
  }
}
