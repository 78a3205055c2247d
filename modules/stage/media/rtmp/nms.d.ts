/** The parts of node-media-server's RTMP parser (4.4.3) that are used; it ships no types. */
declare module 'node-media-server/src/protocol/rtmp.js' {
  export interface ParserPacket {
    header: { fmt: number; cid: number; timestamp: number; length: number; type: number
      stream_id: number }
    clock: number
    payload: Buffer
    capacity: number
    bytes: number
  }

  export default class Rtmp {
    parserPacket: ParserPacket
    inPackets: Map<number, ParserPacket>
    inChunkSize: number
    handshakeState: number
    objectEncoding: number
    streamId: number
    flv: unknown
    onOutputCallback: (bytes: Buffer) => void
    parserData(bytes: Buffer): string | null
    packetParse(): void
    packetAlloc(): void
    packetHandler(): void
    sendACK(size: number): void
    sendWindowACK(size: number): void
    setPeerBandwidth(size: number, type: number): void
    setChunkSize(size: number): void
    sendStatusMessage(stream: number, level: string, code: string, description: string): void
    respondConnect(transaction: number): void
    respondCreateStream(transaction: number): void
  }
}

declare module 'node-media-server/src/protocol/amf.js' {
  export function encodeAmf0Cmd(message: Record<string, unknown>): Buffer
  export function decodeAmf0Cmd(bytes: Buffer): Record<string, unknown>
}

declare module 'node-media-server/src/core/logger.js' {
  const logger: { log: (message: string, level?: string) => void }
  export default logger
}
