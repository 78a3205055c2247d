import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { hostnameOf, type Trust, type TrustAnswer } from './index.ts'

export interface PlainTrust {
  readonly port: number
  close(): Promise<void>
}

const CONNECTIONS_MAX = 256
const TARGET_MAX = 2000

const plain = (status: number, headers: Readonly<Record<string, string>> = {}): TrustAnswer =>
  ({ status, headers: { 'cache-control': 'no-store', ...headers }, body: '' })

/** The one thing that is served without TLS: how to trust us, and our certificate. */
export async function servePlainTrust(deps: {
  readonly trust: Trust
  readonly port: number
  readonly host: string
  readonly httpsPort: number
  isOurHost(host: string | undefined): boolean
}): Promise<PlainTrust> {
  const decide = ({ method, url = '', headers }: IncomingMessage): TrustAnswer => {
    const hostname = hostnameOf(headers.host)
    // A foreign name that points here (DNS rebinding) gets nothing.
    if (hostname === undefined || !deps.isOurHost(headers.host)) return plain(404)
    if (method !== 'GET' && method !== 'HEAD') return plain(405, { allow: 'GET, HEAD' })
    const { 'user-agent': userAgent, 'accept-language': acceptLanguage } = headers
    const known = deps.trust({
      target: url, host: headers.host, isSecure: false, userAgent, acceptLanguage,
    })
    if (known) return known
    const isPath = /^\/[\x21-\x7e]*$/.test(url) && url.length <= TARGET_MAX
    // Not for ever: without --https this port may be somebody else's tomorrow.
    return isPath ? plain(307, { location: `https://${hostname}:${deps.httpsPort}${url}` })
      : plain(404)
  }
  const reply = (request: IncomingMessage, response: ServerResponse): void => {
    request.resume()
    const { status, headers, body } = decide(request)
    response.writeHead(status, {
      ...headers, 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer',
      'content-length': Buffer.byteLength(body),
    })
    response.end(request.method === 'HEAD' ? undefined : body)
  }
  const server = createServer({
    maxHeaderSize: 8192, headersTimeout: 5000, requestTimeout: 10_000, keepAliveTimeout: 5000,
  }, reply)
  server.maxConnections = CONNECTIONS_MAX
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(deps.port, deps.host, done)
  })
  const bound = server.address()
  return {
    port: typeof bound === 'object' && bound ? bound.port : deps.port,
    close: () => new Promise((done) => {
      server.close(() => done())
      server.closeAllConnections()
    }),
  }
}
