import amf from 'node-media-server/src/protocol/amf.js'

/** One RTMP message as the chunks of a client with the given chunk size. */
export function chunks(message: {
  type: number; body: Buffer; timestampMs?: number; chunkStream?: number; chunkSize?: number
}): Buffer {
  const { type, body, timestampMs = 0, chunkStream = 3, chunkSize = 128 } = message
  const isLong = timestampMs >= 0xffffff
  const head = Buffer.alloc(12)
  head[0] = chunkStream
  head.writeUIntBE(isLong ? 0xffffff : timestampMs, 1, 3)
  head.writeUIntBE(body.length, 4, 3)
  head[7] = type
  head.writeUInt32LE(1, 8)
  const long = Buffer.alloc(isLong ? 4 : 0)
  if (isLong) long.writeUInt32BE(timestampMs)
  const parts: Buffer[] = [head, long]
  for (let at = 0; at < body.length; at += chunkSize) {
    if (at > 0) parts.push(Buffer.from([0xc0 | chunkStream]), long)
    parts.push(body.subarray(at, at + chunkSize))
  }
  return Buffer.concat(parts)
}

/** C0, C1 and C2 in one go: the server's half is not looked at. */
export const handshake = (): Buffer => {
  const bytes = Buffer.alloc(1 + 2 * 1536)
  bytes[0] = 3
  return bytes
}

export const commandBody = (message: Record<string, unknown>): Buffer => amf.encodeAmf0Cmd(message)

/** What an encoder says before it sends media. */
export const introduction = (streamKey: string): Buffer => Buffer.concat([
  handshake(),
  chunks({ type: 20, body: commandBody({
    cmd: 'connect', transId: 1, cmdObj: { app: 'live', tcUrl: 'rtmp://127.0.0.1/live' },
  }) }),
  chunks({ type: 20, body: commandBody({ cmd: 'createStream', transId: 2, cmdObj: null }) }),
  chunks({ type: 20, body: commandBody({
    cmd: 'publish', transId: 3, cmdObj: null, streamName: streamKey, type: 'live',
  }) }),
])
