import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { TSchema, Static } from 'typebox'
import Value from 'typebox/value'
import type { Clock } from '#kernel'
import { BehaviourChangeSchema, NewIntentSchema, NewRefundSchema, type Intent } from './model.ts'
import { challengePage, languageOf, pageHeaders, unknownPage } from './page.ts'
import { Conflict, type Provider } from './provider.ts'

const BODY_BYTES = 16_384
const PREFIX = '/sandbox-pay'

export interface ServerDeps {
  readonly provider: Provider
  readonly clock: Clock
  readonly key: string
  readonly merchant: string
  /** The path that the browser puts before `/sandbox-pay`; mostly none. */
  readonly publicPath: string
  readonly shopOrigin: string
}

class HttpError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > BODY_BYTES) throw new HttpError(413, 'body too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

async function readJson<S extends TSchema>(
  request: IncomingMessage, schema: S,
): Promise<Static<S>> {
  const text = await readBody(request)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new HttpError(400, 'not JSON')
  }
  if (!Value.Check(schema, value)) throw new HttpError(400, 'not the fields of this call')
  return value as Static<S>
}

/** One key, one reference: a client that mixes them up hears of it at once. */
function checkIdempotencyKey(request: IncomingMessage, reference: string): void {
  const key = request.headers['idempotency-key']
  if (key !== undefined && key !== reference) {
    throw new HttpError(400, 'the idempotency key is not the reference')
  }
}

const digest = (text: string) => createHash('sha256').update(text).digest()

function needKey(request: IncomingMessage, key: string): void {
  const given = request.headers.authorization ?? ''
  const isRight = timingSafeEqual(digest(given), digest(`Bearer ${key}`))
  if (!isRight) throw new HttpError(401, 'wrong key')
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(value))
}

/** The provider over HTTP: an API for the shop, one page for the buyer. */
export function makeServer(deps: ServerDeps) {
  const { provider } = deps
  const show = (it: Intent) => ({
    reference: it.reference, amount: it.amount, currency: it.currency, status: it.status,
    challengeUrl: it.status === 'requires_action'
      ? `${deps.publicPath}${PREFIX}/challenge/${it.id}` : null,
  })
  const found = <T>(value: T | null): T => {
    if (value === null) throw new HttpError(404, 'unknown')
    return value
  }

  const withoutId = (it: NonNullable<ReturnType<Provider['findRefund']>>) =>
    ({ reference: it.reference, amount: it.amount, currency: it.currency, status: it.status })

  type Handler = (request: IncomingMessage, id: string) => Promise<unknown>
  const calls: Readonly<Record<string, Handler>> = {
    'POST intents': async (request) => {
      const wish = await readJson(request, NewIntentSchema)
      checkIdempotencyKey(request, wish.reference)
      return show(provider.createIntent(wish))
    },
    'GET intents/': async (_, id) => show(found(provider.findIntent(id))),
    'POST intents/approve': async (_, id) => show(found(provider.answer(id, 'approve'))),
    'POST intents/decline': async (_, id) => show(found(provider.answer(id, 'decline'))),
    'POST refunds': async (request) => {
      const wish = await readJson(request, NewRefundSchema)
      checkIdempotencyKey(request, wish.reference)
      return withoutId(found(provider.createRefund(wish)))
    },
    'GET refunds/': async (_, id) => withoutId(found(provider.findRefund(id))),
    'GET behaviour': async () => provider.behaviour(),
    'POST behaviour': async (request) =>
      provider.setBehaviour(await readJson(request, BehaviourChangeSchema)),
  }

  async function api(request: IncomingMessage, response: ServerResponse, path: string) {
    needKey(request, deps.key)
    const [topic = '', id, act] = path.split('/').map((part) => part.slice(0, 100))
    const name = `${request.method} ${topic}${id === undefined ? '' : `/${act ?? ''}`}`
    const handler = Object.hasOwn(calls, name) ? calls[name] : undefined
    if (!handler) throw new HttpError(404, 'no such call')
    const value = await handler(request, id ?? '')
    const { answerDelayMs, noAnswerRate } = provider.behaviour()
    if (answerDelayMs > 0) await deps.clock.sleep(answerDelayMs)
    const isWrite = name === 'POST intents' || name === 'POST refunds'
    if (isWrite && provider.happens(noAnswerRate)) return
    sendJson(response, 200, value)
  }

  async function challenge(request: IncomingMessage, response: ServerResponse, id: string) {
    const language = languageOf(request.headers['accept-language'])
    const it = id.startsWith('pi_') ? provider.findIntent(id) : null
    const headers = pageHeaders(deps.shopOrigin)
    if (!it) {
      response.writeHead(404, headers).end(unknownPage(language))
      return
    }
    if (request.method === 'POST') {
      const answer = new URLSearchParams(await readBody(request)).get('answer')
      if (answer !== 'approve' && answer !== 'decline') throw new HttpError(400, 'no answer')
      provider.answer(id, answer)
      response.writeHead(303, { location: `${deps.publicPath}${PREFIX}/challenge/${id}` }).end()
      return
    }
    if (request.method !== 'GET') throw new HttpError(405, 'GET or POST')
    response.writeHead(200, headers).end(challengePage(it, deps.merchant, language))
  }

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?')[0]!
    if (path === '/health') return sendJson(response, 200, { ok: true })
    if (path.startsWith('/v1/')) return api(request, response, path.slice(4))
    const id = /^\/sandbox-pay\/challenge\/([\w-]{1,80})$/.exec(path)?.[1]
    if (id) return challenge(request, response, id)
    throw new HttpError(404, 'no such address')
  }

  function fail(response: ServerResponse, error: unknown): void {
    const status = error instanceof HttpError ? error.status : error instanceof Conflict ? 409 : 500
    if (status === 500) process.stderr.write(`${String((error as Error)?.stack ?? error)}\n`)
    if (response.headersSent) return void response.destroy()
    if (status === 413) response.setHeader('connection', 'close')
    sendJson(response, status, { error: status === 500 ? 'broken' : (error as Error).message })
  }

  const server = createServer((request, response) => {
    route(request, response).catch((error: unknown) => fail(response, error))
  })
  server.headersTimeout = 10_000
  server.requestTimeout = 15_000
  server.maxConnections = 2000
  return server
}
