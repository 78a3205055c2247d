import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { MEDIA_LIMITS } from '../contract.ts'

export const TYPES = {
  playlist: 'application/vnd.apple.mpegurl',
  video: 'video/mp4',
  segment: 'video/iso.segment',
  json: 'application/json; charset=utf-8',
} as const

/** Parts, segments and inits never change under their names. */
export const FOR_EVER = 'public, max-age=31536000, immutable'
/** How long a playlist holds: half a target duration for one that may be asked for at any moment,
 *  six for the answer to "when this part is there", which stays true (RFC 8216bis, appendix on
 *  low-latency servers). All viewers share it: so a cache can stand in front. */
export const FRESH = `public, max-age=${MEDIA_LIMITS.targetDurationSeconds / 2}`
export const REACHED = `public, max-age=${MEDIA_LIMITS.targetDurationSeconds * 6}`

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

/** `If-None-Match` (RFC 9110 13.1.2): compared as weak ones. */
const hasEtag = (header: string | undefined, etag: string): boolean =>
  header !== undefined && header.split(',').some((one) =>
    one.trim() === '*' || `W/${one.trim().replace(/^W\//, '')}` === etag)

/** The newest texts with their compressed form: the same playlist goes to every viewer, and is
 *  compressed once. */
export function makeTextSender(keep = 64) {
  const packed = new Map<string, { gzip: Buffer; etag: string }>()
  const pack = (text: string) => {
    const known = packed.get(text)
    if (known) return known
    const sum = createHash('sha1').update(text).digest('base64url').slice(0, 16)
    // Weak: the packed and the plain form are one text.
    const made = { gzip: gzipSync(text, { level: 5 }), etag: `W/"${sum}"` }
    packed.set(text, made)
    if (packed.size > keep) packed.delete(packed.keys().next().value!)
    return made
  }
  return (
    request: IncomingMessage, response: ServerResponse, text: string, cacheControl: string,
  ): void => {
    const { gzip, etag } = pack(text)
    const shared = { 'cache-control': cacheControl, vary: 'accept-encoding', etag }
    if (hasEtag(request.headers['if-none-match'], etag)) {
      response.writeHead(304, shared)
      return void response.end()
    }
    const wantsGzip = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
    const body = wantsGzip ? gzip : Buffer.from(text)
    response.writeHead(200, {
      ...shared, 'content-type': TYPES.playlist, 'content-length': body.length,
      ...(wantsGzip && { 'content-encoding': 'gzip' }),
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
