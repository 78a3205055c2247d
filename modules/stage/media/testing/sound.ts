import { spawn } from 'node:child_process'
import ffmpeg from '@ffmpeg-installer/ffmpeg'

/** Real sound for tests, encoded and decoded by ffmpeg; 48 kHz stereo, times in milliseconds. */
export interface Packet { readonly data: Buffer; readonly atMs: number }

export const SOUND_RATE = 48_000
const PER_MS = SOUND_RATE / 1_000

async function run(args: readonly string[], input: Buffer): Promise<Buffer> {
  const child = spawn(ffmpeg.path, ['-hide_banner', '-loglevel', 'error', ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => void chunks.push(chunk))
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  await new Promise((done) => child.on('close', done))
  return Buffer.concat(chunks)
}

const RAW = ['-f', 's16le', '-ar', String(SOUND_RATE), '-ac', '2']

/** Interleaved samples of what `level` says (from -1 to 1) at each moment in seconds. */
export function makePcm(seconds: number, level: (atSeconds: number) => number): Buffer {
  const pcm = Buffer.alloc(Math.round(seconds * SOUND_RATE) * 4)
  for (let n = 0; n < pcm.length / 4; n++) {
    const value = Math.round(level(n / SOUND_RATE) * 32_000)
    pcm.writeInt16LE(value, n * 4)
    pcm.writeInt16LE(value, n * 4 + 2)
  }
  return pcm
}

function oggCrc(page: Buffer): number {
  let value = 0
  for (const byte of page) {
    value ^= byte << 24
    for (let bit = 0; bit < 8; bit++) value = value < 0 ? (value << 1) ^ 0x04c11db7 : value << 1
  }
  return value >>> 0
}

function oggPage(flags: number, samples: number, sequence: number, packet: Buffer): Buffer {
  const lacing = [...Array(Math.floor(packet.length / 255)).fill(255), packet.length % 255]
  const page = Buffer.concat([Buffer.alloc(27), Buffer.from(lacing), packet])
  page.write('OggS')
  page[5] = flags
  page.writeBigInt64LE(BigInt(samples), 6)
  page.writeUInt32LE(sequence, 18)
  page[26] = lacing.length
  page.writeUInt32LE(oggCrc(page), 22)
  return page
}

/** Opus packets of 20 ms. The encoder's own delay (pre-skip) is in their times. */
export async function encodeOpus(pcm: Buffer): Promise<Packet[]> {
  const ogg = await run([...RAW, '-i', 'pipe:0', '-c:a', 'libopus', '-b:a', '96k',
    '-page_duration', '20000', '-f', 'ogg', 'pipe:1'], pcm)
  const packets: Buffer[] = []
  for (let at = 0; at < ogg.length;) {
    const count = ogg[at + 26]!
    let from = at + 27 + count
    let length = 0
    for (const value of ogg.subarray(at + 27, from)) {
      length += value
      if (value === 255) continue
      packets.push(ogg.subarray(from, from + length))
      from += length
      length = 0
    }
    at = from + length
  }
  const preSkip = packets[0]!.readUInt16LE(10)
  return packets.slice(2).map((data, n) => ({ data, atMs: n * 20 - preSkip / PER_MS }))
}

/** Decodes packets of 10 ms as they follow each other, whatever their times. */
export function decodeOpus(packets: readonly Packet[]): Promise<Buffer> {
  const head = Buffer.from('OpusHead\x01\x02\0\0\x80\xbb\0\0\0\0\0', 'latin1')
  const tags = Buffer.from('OpusTags\0\0\0\0\0\0\0\0', 'latin1')
  const pages = packets.map(({ data }, n) => oggPage(0, (n + 1) * 480, n + 2, data))
  const ogg = Buffer.concat([oggPage(2, 0, 0, head), oggPage(0, 0, 1, tags), ...pages])
  return run(['-f', 'ogg', '-i', 'pipe:0', ...RAW, 'pipe:1'], ogg)
}

/** AAC frames of 1024 samples; the encoder's priming is in their times. */
export async function encodeAac(pcm: Buffer): Promise<Packet[]> {
  const adts = await run(
    [...RAW, '-i', 'pipe:0', '-c:a', 'aac', '-b:a', '128k', '-f', 'adts', 'pipe:1'], pcm)
  const packets: Packet[] = []
  for (let at = 0; at < adts.length;) {
    const length = ((adts.readUIntBE(at + 3, 3) >> 5) & 0x1fff)
    const atMs = (packets.length - 1) * (1_024 / PER_MS)
    packets.push({ data: adts.subarray(at + 7, at + length), atMs })
    at += length
  }
  return packets
}

export function decodeAac(packets: readonly Packet[]): Promise<Buffer> {
  const frames = packets.map(({ data }) => {
    const length = data.length + 7
    const head = Buffer.from([0xff, 0xf1, 0x4c, 0x80 | (length >> 11), (length >> 3) & 0xff,
      ((length & 7) << 5) | 0x1f, 0xfc])
    return Buffer.concat([head, data])
  })
  return run(['-f', 'aac', '-i', 'pipe:0', ...RAW, 'pipe:1'], Buffer.concat(frames))
}

/** When each click begins: loud after at least 100 ms of quiet. */
export function findClicks(pcm: Buffer): number[] {
  const clicks: number[] = []
  let loudAt = -Infinity
  for (let n = 0; n < pcm.length / 4; n++) {
    if (Math.abs(pcm.readInt16LE(n * 4)) < 8_000) continue
    if (n - loudAt > 100 * PER_MS) clicks.push(n / PER_MS)
    loudAt = n
  }
  return clicks
}

/** Pitch by counting upward crossings of zero, with quiet samples passed over. */
export function measureHz(pcm: Buffer, fromMs: number, toMs: number): number {
  let ups = 0
  let first = 0
  let last = 0
  let isBelow = false
  for (let n = Math.round(fromMs * PER_MS); n < Math.min(toMs * PER_MS, pcm.length / 4); n++) {
    const value = pcm.readInt16LE(n * 4)
    if (value < -1_000) isBelow = true
    else if (value > 1_000 && isBelow) {
      isBelow = false
      if (ups++ === 0) first = n
      last = n
    }
  }
  return ups < 2 ? 0 : ((ups - 1) * SOUND_RATE) / (last - first)
}
