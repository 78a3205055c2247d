import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Writable } from 'node:stream'
import ffmpeg from '@ffmpeg-installer/ffmpeg'
import { systemClock } from '#kernel'

/** A picture that says when it was made: 48 big cells, black or white, that survive any encoder.
 *  42 bits of milliseconds since 1970, then 6 bits that tell a true reading from a blurred one. */
export const clockGrid = { columns: 12, rows: 4, timeBits: 42, checkBits: 6 } as const

const BLACK = 16
const WHITE = 235
const GREY = 128

/** The check bits of a time: a sum over its six-bit groups with odd weights, so that one wrong bit
 *  always changes it. */
export function checkOf(wallMs: number): number {
  let sum = 0
  let rest = wallMs
  for (let weight = 1; weight <= 13; weight += 2) {
    sum += (rest % 64) * weight
    rest = Math.floor(rest / 64)
  }
  return (sum + 21) % 64
}

/** The cells of a time, row by row; true is white. */
export function clockCells(wallMs: number): boolean[] {
  const bits: boolean[] = []
  for (let bit = clockGrid.timeBits - 1; bit >= 0; bit--) {
    bits.push(Math.floor(wallMs / 2 ** bit) % 2 === 1)
  }
  const check = checkOf(wallMs)
  for (let bit = clockGrid.checkBits - 1; bit >= 0; bit--) bits.push(((check >> bit) & 1) === 1)
  return bits
}

/** The time of 48 cells; null when they do not belong together. */
export function readCells(cells: readonly boolean[]): number | null {
  let wallMs = 0
  let check = 0
  for (let at = 0; at < 48; at++) {
    const bit = cells[at] ? 1 : 0
    if (at < 42) wallMs = wallMs * 2 + bit
    else check = check * 2 + bit
  }
  return checkOf(wallMs) === check ? wallMs : null
}

/** One frame of yuv420p whose picture is the time. */
export function clockFrame(width: number, height: number, wallMs: number): Buffer {
  const frame = Buffer.alloc((width * height * 3) / 2, GREY)
  const cells = clockCells(wallMs)
  const { columns, rows } = clockGrid
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * rows) / height)
    for (let column = 0; column < columns; column++) {
      const from = Math.floor((column * width) / columns)
      const to = Math.floor(((column + 1) * width) / columns)
      const level = cells[row * columns + column] ? WHITE : BLACK
      frame.fill(level, y * width + from, y * width + to)
    }
  }
  return frame
}

/** Script for a page (with `page.addInitScript`): `readClock(source)` answers the time that a video
 *  or a canvas shows, null when it shows none. */
export const clockReader = `
const checkOf = ${checkOf.toString()}
const readCells = ${readCells.toString()}
const canvas = document.createElement('canvas')
canvas.width = 120
canvas.height = 40
const ink = canvas.getContext('2d', { willReadFrequently: true })
window.readClock = (source) => {
  ink.drawImage(source, 0, 0, 120, 40)
  const { data } = ink.getImageData(0, 0, 120, 40)
  const cells = []
  for (let row = 0; row < 4; row++) for (let column = 0; column < 12; column++) {
    cells.push(data[((row * 10 + 5) * 120 + column * 10 + 5) * 4] > 127)
  }
  return readCells(cells)
}`

export interface ClockVideoOptions {
  /** Where to push to, e.g. an address of RTMP. */
  readonly url: string
  readonly width?: number
  readonly height?: number
  readonly fps?: number
  /** A tone beside the picture. It goes a little ahead of it, so that the picture waits for no
   *  sound: what interleaves both would hold it back otherwise. */
  readonly hasTone?: boolean
}

export interface ClockVideo {
  readonly errors: readonly string[]
  stop(): Promise<void>
}

/** Long enough for the connection to stand. */
const CONNECT_MS = 2500
const PRIMERS = 2
const TONE_HZ = 440
const TONE_RATE = 48_000
const TONE_AHEAD_MS = 120
const TONE_CHUNK_MS = 20

/** Sound by the clock, `TONE_AHEAD_MS` ahead of it; answers how to stop. */
function writeTone(pipe: Writable): () => void {
  const startMs = systemClock.steadyMs()
  const samples = (TONE_RATE * TONE_CHUNK_MS) / 1000
  let written = 0
  const timer = systemClock.every(TONE_CHUNK_MS / 2, () => {
    const dueMs = systemClock.steadyMs() - startMs + TONE_AHEAD_MS
    for (; (written * 1000) / TONE_RATE < dueMs; written += samples) {
      const chunk = Buffer.alloc(samples * 2)
      for (let at = 0; at < samples; at++) {
        const turn = ((written + at) * TONE_HZ * 2 * Math.PI) / TONE_RATE
        chunk.writeInt16LE(Math.round(8000 * Math.sin(turn)), at * 2)
      }
      pipe.write(chunk)
    }
  })
  return () => timer.cancel()
}

/** Pushes the clock as a live encoder would, with as little delay as one can have. The first frames
 *  only open the connection; after a pause, which every receiver takes for a new start, each frame
 *  is made at the moment that it shows, and none when the encoder is behind. */
export function startClockVideo(options: ClockVideoOptions): ClockVideo {
  const { url, width = 384, height = 216, fps = 25, hasTone = false } = options
  const tone = hasTone
    ? ['-f', 's16le', '-ar', String(TONE_RATE), '-ac', '1', '-i', 'pipe:3'] : []
  const child = spawn(ffmpeg.path, [
    '-hide_banner', '-loglevel', 'error', '-fflags', 'nobuffer', '-probesize', '32',
    '-analyzeduration', '0', '-use_wallclock_as_timestamps', '1', '-f', 'rawvideo',
    '-pix_fmt', 'yuv420p', '-s', `${width}x${height}`, '-framerate', String(fps), '-i', 'pipe:0',
    ...tone, ...(hasTone ? ['-c:a', 'aac', '-b:a', '64k'] : []),
    '-vsync', 'passthrough', '-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency',
    '-pix_fmt', 'yuv420p', '-g', String(fps), '-sc_threshold', '0', '-flush_packets', '1',
    '-f', 'flv', url,
  ], { stdio: ['pipe', 'ignore', 'pipe', hasTone ? 'pipe' : 'ignore'] })
  const errors: string[] = []
  const complain = (error: unknown) => void errors.push(String(error))
  createInterface({ input: child.stderr! }).on('line', complain)
  const picture = child.stdin!.on('error', complain)
  const sound = child.stdio[3] as Writable | null
  const stopTone = sound ? writeTone(sound.on('error', complain)) : () => {}
  const gone = new Promise<void>((done) => child.on('exit', () => done()))
  let isStopped = false

  const paint = () => {
    if (picture.writableNeedDrain) return
    picture.write(clockFrame(width, height, Math.round(systemClock.nowMs())))
  }
  async function run(): Promise<void> {
    for (let frame = 0; frame < PRIMERS; frame++) {
      paint()
      await systemClock.sleep(1000 / fps)
    }
    await systemClock.sleep(CONNECT_MS)
    const startMs = systemClock.steadyMs()
    for (let frame = 1; !isStopped; frame++) {
      paint()
      await systemClock.sleep(Math.max(0, startMs + (frame * 1000) / fps - systemClock.steadyMs()))
    }
  }
  void run()
  return {
    errors,
    async stop() {
      isStopped = true
      stopTone()
      child.kill('SIGKILL')
      await gone
    },
  }
}
