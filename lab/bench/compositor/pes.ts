/** One frame of a transport stream (ISO/IEC 13818-1) that carries one video: its packets, with the
 *  time that its PES header says, in 1/90000 s. What lies before the first frame comes with it. */
export interface PesFrame { readonly pts: number; readonly bytes: Buffer }

const PACKET = 188
const SYNC = 0x47

function ptsOf(packet: Buffer): number | undefined {
  const isStart = (packet[1]! & 0x40) !== 0
  const hasField = (packet[3]! & 0x20) !== 0
  const at = 4 + (hasField ? 1 + packet[4]! : 0)
  if (!isStart || at + 14 > PACKET) return undefined
  const isVideo = packet.readUIntBE(at, 3) === 1 && (packet[at + 3]! & 0xf0) === 0xe0
  if (!isVideo || (packet[at + 7]! & 0x80) === 0) return undefined
  const [a, b, c] = [packet[at + 9]!, packet.readUInt16BE(at + 10), packet.readUInt16BE(at + 12)]
  return ((a >> 1) & 7) * 2 ** 30 + (b >> 1) * 2 ** 15 + (c >> 1)
}

export function readPes(stream: Buffer): PesFrame[] {
  const frames: { pts: number; packets: Buffer[] }[] = []
  let early: Buffer[] = []
  for (let at = 0; at + PACKET <= stream.length; at += PACKET) {
    const packet = stream.subarray(at, at + PACKET)
    if (packet[0] !== SYNC) continue
    const pts = ptsOf(packet)
    if (pts !== undefined) {
      frames.push({ pts, packets: [...early, packet] })
      early = []
    } else if (frames.length > 0) frames.at(-1)!.packets.push(packet)
    else early.push(packet)
  }
  return frames.map(({ pts, packets }) => ({ pts, bytes: Buffer.concat(packets) }))
}
