/** One server frame, turned into the bytes of a transport once, whoever it goes to. */
export interface Frame {
  readonly text: string
  /** An unmasked WebSocket text frame (RFC 6455, 5.2). */
  readonly ws: Buffer
  /** A server-sent event. */
  readonly sse: Buffer
}

export function makeFrame(text: string): Frame {
  let ws: Buffer | undefined
  let sse: Buffer | undefined
  return {
    text,
    get ws() { return ws ??= toWebSocket(text) },
    // JSON has no raw line ends, so one `data:` line is enough.
    get sse() { return sse ??= Buffer.from(`data: ${text}\n\n`) },
  }
}

const TEXT_AND_LAST = 0x81

function toWebSocket(text: string): Buffer {
  const length = Buffer.byteLength(text)
  const head = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const bytes = Buffer.allocUnsafe(head + length)
  bytes[0] = TEXT_AND_LAST
  if (head === 2) bytes[1] = length
  else if (head === 4) {
    bytes[1] = 126
    bytes.writeUInt16BE(length, 2)
  } else {
    bytes[1] = 127
    bytes.writeBigUInt64BE(BigInt(length), 2)
  }
  bytes.write(text, head)
  return bytes
}

/** `events` are JSON texts already: each is printed once, for the tick and for whoever resumes. */
export const tickText = (seq: number, atMs: number, events: readonly string[]): string =>
  `{"t":"tick","s":${seq},"at":${atMs},"e":[${events.join(',')}]}`

export const eventsText = (t: 'you' | 'staff', atMs: number, events: readonly string[]): string =>
  `{"t":"${t}","at":${atMs},"e":[${events.join(',')}]}`
