import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { MovieBytes } from '#stage/recording/contract'
import { FOR_EVER, parseRange, sendEmpty, TYPES, type ByteRange } from './reply.ts'

/** Answers with a whole or partial body; returns what to send, or nothing when it is answered. */
function begin(
  request: IncomingMessage, response: ServerResponse, type: string, sizeBytes: number,
): ByteRange | undefined {
  const range = parseRange(request.headers.range, sizeBytes)
  if (range === 'outside') {
    sendEmpty(response, 416, { 'content-range': `bytes */${sizeBytes}` })
    return undefined
  }
  const { start, end } = range ?? { start: 0, end: sizeBytes - 1 }
  response.writeHead(range ? 206 : 200, {
    'content-type': type, 'cache-control': FOR_EVER, 'accept-ranges': 'bytes',
    'content-length': end - start + 1,
    ...(range && { 'content-range': `bytes ${start}-${end}/${sizeBytes}` }),
  })
  if (request.method !== 'HEAD') return { start, end }
  response.end()
  return undefined
}

export function sendBytes(
  request: IncomingMessage, response: ServerResponse, type: string, bytes: Uint8Array,
): void {
  const range = begin(request, response, type, bytes.length)
  if (range) response.end(bytes.subarray(range.start, range.end + 1))
}

export async function sendFile(
  request: IncomingMessage, response: ServerResponse, type: string, path: string,
): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile() || found.size === 0) return sendEmpty(response, 404)
  const range = begin(request, response, type, found.size)
  if (range) await pipeline(createReadStream(path, range), response).catch(() => {})
}

/** The file that is put together while it is sent; a download that broke off goes on by range. */
export async function sendMovie(
  request: IncomingMessage, response: ServerResponse, movie: MovieBytes,
): Promise<void> {
  const range = begin(request, response, TYPES.video, movie.sizeBytes)
  if (!range) return
  await pipeline(Readable.from(movie.read(range.start, range.end)), response).catch(() => {})
}
