import { spawn } from 'node:child_process'
import ffmpeg from '@ffmpeg-installer/ffmpeg'
import type { TurnedPicture } from '../contract.ts'

/** A real stream, as an encoder sends it: its record and its pictures in the order of decoding. */
export interface Film {
  readonly record: Buffer
  readonly pictures: readonly TurnedPicture[]
}

/** `bFrames` 0 or 2; a keyframe every `gop` pictures. */
export async function encodeFilm(options: {
  size: string; fps: number; gop: number; seconds: number; bFrames?: number
}): Promise<Film> {
  const { size, fps, gop, seconds, bFrames = 0 } = options
  const child = spawn(ffmpeg.path, [
    '-hide_banner', '-loglevel', 'error', '-f', 'lavfi', '-i', `testsrc=size=${size}:rate=${fps}`,
    '-t', String(seconds), '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p',
    '-bf', String(bFrames), '-g', String(gop), '-sc_threshold', '0', '-f', 'flv', 'pipe:1',
  ], { stdio: ['ignore', 'pipe', 'inherit'] })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => void chunks.push(chunk))
  await new Promise((done) => child.on('close', done))
  const flv = Buffer.concat(chunks)
  let record = Buffer.alloc(0)
  const found: { data: Buffer; isKey: boolean; shownMs: number }[] = []
  for (let at = 13; at + 11 < flv.length;) {
    const length = flv.readUIntBE(at + 1, 3)
    const body = flv.subarray(at + 11, at + 11 + length)
    if (flv[at] === 9 && body[1] === 0) record = Buffer.from(body.subarray(5))
    if (flv[at] === 9 && body[1] === 1) {
      const shownMs = flv.readUIntBE(at + 4, 3) + body.readIntBE(2, 3)
      found.push({ data: body.subarray(5), isKey: body[0]! >> 4 === 1, shownMs })
    }
    at += 11 + length + 4
  }
  const order = found.map(({ shownMs }) => shownMs).sort((a, b) => a - b)
  const pictures = found.map(({ data, isKey, shownMs }) => (
    { data, isKey, place: order.indexOf(shownMs) }
  ))
  return { record, pictures }
}
