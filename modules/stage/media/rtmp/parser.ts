import amf from 'node-media-server/src/protocol/amf.js'
import logger from 'node-media-server/src/core/logger.js'
import Rtmp from 'node-media-server/src/protocol/rtmp.js'
import { MEDIA_LIMITS } from '../contract.ts'

// It prints what peers send to stdout, which is both a flood and where `ready` is announced.
logger.log = () => {}

/** What a peer wants, once its bytes are understood. */
export interface RtmpEvents {
  onOutput(bytes: Buffer): void
  onPublish(streamName: string): void
  /** The peer ends its stream in good order. */
  onUnpublish(): void
  /** `payload` belongs to the receiver. */
  onMedia(kind: 'video' | 'audio', timestampMs: number, payload: Buffer): void
}

/** A peer broke the protocol or a limit; the connection ends. */
export class RtmpError extends Error {}

export interface RtmpParser {
  /** Throws when the peer must go. */
  push(bytes: Buffer): void
  readonly isShaken: boolean
  /** From now on media is taken and messages may be large. */
  admit(): void
  sendStatus(level: 'status' | 'error', code: string, description: string): void
}

const TYPE = {
  setChunkSize: 1, acknowledgementWindow: 5, audio: 8, video: 9, flexCommand: 17, command: 20,
} as const
const HANDSHAKE_DONE = 3
const CHUNK_STREAMS_MAX = 16
const CHUNK_SIZE_MAX = 16_777_215
const BUFFERED_BYTES_MAX = 2 * MEDIA_LIMITS.messageBytesMax
const COMMANDS_MAX = 64
const ACKNOWLEDGE_EVERY = 1_000_000

/** node-media-server reads the wire; every step that trusts a number from it is checked here
 *  first. Left alone it can be made to loop for ever (a shorter header inside a message), to
 *  hold gigabytes (thousands of chunk streams of 16 MB each) and to stop for good when the
 *  32-bit clock wraps. */
class GuardedRtmp extends Rtmp {
  isAdmitted = false
  commands = 0
  readonly #events: RtmpEvents

  constructor(events: RtmpEvents) {
    super()
    this.#events = events
    this.flv = undefined
    this.onOutputCallback = (bytes) => events.onOutput(bytes)
  }

  override packetParse(): void {
    super.packetParse()
    const { header, bytes } = this.parserPacket
    if (this.inPackets.size > CHUNK_STREAMS_MAX) throw new RtmpError('too many chunk streams')
    if (bytes > 0 && header.fmt !== 3) throw new RtmpError('a message inside a message')
  }

  override packetAlloc(): void {
    const packet = this.parserPacket
    const { length, type } = packet.header
    const isMedia = type === TYPE.audio || type === TYPE.video
    const most = isMedia && this.isAdmitted
      ? MEDIA_LIMITS.messageBytesMax : MEDIA_LIMITS.commandBytesMax
    if (length > most) throw new RtmpError('message too large')
    packet.clock %= 2 ** 32
    super.packetAlloc()
    let held = 0
    for (const { capacity } of this.inPackets.values()) held += capacity
    if (held > BUFFERED_BYTES_MAX) throw new RtmpError('too much buffered')
  }

  override packetHandler(): void {
    const { header, payload, clock } = this.parserPacket
    const body = payload.subarray(0, header.length)
    if (header.type === TYPE.setChunkSize) {
      const size = body.length >= 4 ? body.readUInt32BE() : 0
      if (size < 1 || size > CHUNK_SIZE_MAX) throw new RtmpError('chunk size out of range')
      this.inChunkSize = size
    } else if (header.type === TYPE.command || header.type === TYPE.flexCommand) {
      this.#command(header.type === TYPE.flexCommand ? body.subarray(1) : body)
    } else if (header.type === TYPE.audio || header.type === TYPE.video) {
      if (!this.isAdmitted) throw new RtmpError('media before the key was accepted')
      const kind = header.type === TYPE.video ? 'video' : 'audio'
      // The parser reuses its buffer for the next message.
      this.#events.onMedia(kind, clock, Buffer.from(body))
    }
  }

  #command(body: Buffer): void {
    if (++this.commands > COMMANDS_MAX) throw new RtmpError('too many commands')
    const message = amf.decodeAmf0Cmd(body)
    const transaction = Number(message['transId'] ?? 0)
    if (message['cmd'] === 'connect') this.#connect(message['cmdObj'], transaction)
    else if (message['cmd'] === 'createStream') this.respondCreateStream(transaction)
    else if (message['cmd'] === 'publish') this.#publish(message['streamName'])
    else if (message['cmd'] === 'play') throw new RtmpError('playing over RTMP is not offered')
    else if (['deleteStream', 'closeStream', 'FCUnpublish'].includes(String(message['cmd']))) {
      this.#events.onUnpublish()
    }
  }

  #connect(options: unknown, transaction: number): void {
    const encoding = (options as { objectEncoding?: unknown } | null)?.objectEncoding
    this.objectEncoding = typeof encoding === 'number' ? encoding : 0
    this.sendWindowACK(2 * ACKNOWLEDGE_EVERY)
    this.setPeerBandwidth(2 * ACKNOWLEDGE_EVERY, 2)
    this.setChunkSize(65_535)
    this.respondConnect(transaction)
  }

  #publish(streamName: unknown): void {
    if (typeof streamName !== 'string') throw new RtmpError('publish without a name')
    this.streamId = this.parserPacket.header.stream_id
    this.#events.onPublish(streamName)
  }
}

export function makeRtmpParser(events: RtmpEvents): RtmpParser {
  const rtmp = new GuardedRtmp(events)
  let received = 0
  let acknowledged = 0
  return {
    push(bytes) {
      rtmp.parserData(bytes)
      received += bytes.length
      if (rtmp.handshakeState < HANDSHAKE_DONE) return
      if (received - acknowledged < ACKNOWLEDGE_EVERY) return
      acknowledged = received
      rtmp.sendACK(received % 2 ** 32)
    },
    get isShaken() { return rtmp.handshakeState >= HANDSHAKE_DONE },
    admit() { rtmp.isAdmitted = true },
    sendStatus(level, code, description) {
      rtmp.sendStatusMessage(rtmp.streamId, level, code, description)
    },
  }
}
