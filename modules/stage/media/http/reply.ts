import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'

export const TYPES = {
  playlist: 'application/vnd.apple.mpegurl',
  video: 'video/mp4',
  segment: 'video/iso.segment',
  json: 'application/json; charset=utf-8',
} as const

/** Parts, segments and inits never change under their names. */
export const FOR_EVER = 'public, max-age=31536000, immutable'
export const NOT_KEPT = 'no-cache'

export function sendEmpty(
  response: ServerResponse, status: number, headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'cache-control': 'no-store', 'content-length': '0', ...headers })
  response.end()
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(JSON.stringify(value))
  response.writeHead(status, {
    'content-type': TYPES.json, 'cache-control': 'no-store', 'content-length': body.length,
  })
  response.end(body)
}

/** The newest texts with their compressed form: the same playlist goes to every viewer, and is
 *  compressed once. */
export function makeTextSender(keep = 64) {
  const packed = new Map<string, Buffer>()
  const pack = (text: string): Buffer => {
    const known = packed.get(text)
    if (known) return known
    const bytes = gzipSync(text, { level: 5 })
    packed.set(text, bytes)
    if (packed.size > keep) packed.delete(packed.keys().next().value!)
    return bytes
  }
  return (request: IncomingMessage, response: ServerResponse, text: string): void => {
    const wantsGzip = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
    const body = wantsGzip ? pack(text) : Buffer.from(text)
    response.writeHead(200, {
      'content-type': TYPES.playlist, 'cache-control': NOT_KEPT, vary: 'accept-encoding',
      'content-length': body.length, ...(wantsGzip && { 'content-encoding': 'gzip' }),
    })
    response.end(request.method === 'HEAD' ? undefined : body)
  }
}

export type ByteRange = { readonly start: number; readonly end: number }

/** One range of `bytes=` (RFC 9110 14.1.2). Several ranges or other units are ignored, as the
 *  RFC allows; a range outside the file is `outside`. */
export function parseRange(
  header: string | undefined, sizeBytes: number,
): ByteRange | 'outside' | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '')
  if (!match || (match[1] === '' && match[2] === '')) return undefined
  if (match[1] === '') {
    const last = Number(match[2])
    if (last === 0 || sizeBytes === 0) return 'outside'
    return { start: Math.max(0, sizeBytes - last), end: sizeBytes - 1 }
  }
  const start = Number(match[1])
  const end = match[2] === '' ? sizeBytes - 1 : Math.min(Number(match[2]), sizeBytes - 1)
  if (start >= sizeBytes) return 'outside'
  return end < start ? undefined : { start, end }
}
