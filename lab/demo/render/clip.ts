import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RenderRoom } from './browser.ts'
import { DISSOLVE_SECONDS } from './clip-script.ts'
import { evaluate } from './pictures.ts'
import type { Shown, Timing } from './sound.ts'

const FPS = 25
// Everything moves slowly: every second frame is drawn, the ones between are mixed by ffmpeg.
const DRAWN_FPS = 12.5
const KEY_FPS = 0.5
const SWEEP_DEGREES = 22
const WIDTH = 720
const HEIGHT = 1280

const pad = (n: number) => String(n).padStart(4, '0')

const save = async (room: RenderRoom, script: string, file: string) =>
  writeFile(file, Buffer.from(await evaluate<string>(room, script), 'base64'))

/** The empty set, once and with care: everything that does not turn. */
export const renderPlate = async (
  room: RenderRoom, work: string, passes: number,
): Promise<void> => {
  const file = join(work, 'plate.png')
  if (existsSync(file)) return
  await mkdir(work, { recursive: true })
  await evaluate(room, 'room.dress(null)')
  await save(room, `room.plate(12, ${passes})`, file)
}

/**
 * A product on the turntable, one key picture in two seconds, each with a picture of how it
 * moves; the compositor draws what lies between. What the work folder already has is kept.
 */
export const renderTurn = async (
  room: RenderRoom, shown: Shown, work: string, passes: number,
): Promise<void> => {
  const folder = join(work, shown.key)
  await mkdir(folder, { recursive: true })
  await evaluate(room, `room.dress(${JSON.stringify(shown.key)})`)
  const seconds = shown.toSeconds - shown.fromSeconds + DISSOLVE_SECONDS
  const count = Math.ceil(seconds * KEY_FPS) + 2
  const step = SWEEP_DEGREES / (count - 1)
  for (let i = 0; i < count; i += 1) {
    const [degrees, file] = [i * step - SWEEP_DEGREES / 2, join(folder, pad(i))]
    if (existsSync(`${file}.png`)) continue
    await save(room, `room.turn(${degrees}, ${passes})`, `${file}.jpg`)
    await save(room, `room.flow(${degrees}, ${step})`, `${file}.png`)
  }
  process.stdout.write(`${shown.key}: ${count} key pictures\n`)
}

/** The two key pictures around a moment of a product, and how near the moment is to the second. */
export const keysAt = (key: string, seconds: number) => {
  const at = Math.floor(seconds * KEY_FPS)
  return {
    here: `/frames/${key}/${pad(at)}`, next: `/frames/${key}/${pad(at + 1)}`,
    share: seconds * KEY_FPS - at,
  }
}

const smoothstep = (t: number) => t * t * (3 - 2 * t)

/** What one frame of the clip shows: a product, or one melting into the next, round the loop. */
export const frameAt = (timing: Timing, seconds: number) => {
  const { products } = timing
  const at = products.findIndex((p) => seconds < p.toSeconds - 1e-6)
  const [now, before] = [products.at(at), products.at(at - 1)]
  if (now === undefined || before === undefined) throw new Error(`nothing to show at ${seconds} s`)
  const since = Math.max(0, seconds - now.fromSeconds)
  const melt = Math.min(1, since / DISSOLVE_SECONDS)
  const last = before.toSeconds - before.fromSeconds + since
  const teaShare = now.key === 'tea-set' ? smoothstep(melt)
    : before.key === 'tea-set' ? 1 - smoothstep(melt) : 0
  return {
    width: WIDTH, height: HEIGHT, turn: seconds / timing.durationSeconds, steam: teaShare,
    one: keysAt(now.key, since), two: melt < 1 ? keysAt(before.key, last) : null,
    blend: melt < 1 ? 1 - smoothstep(melt) : 0,
  }
}

const ENCODE = [
  '-c:v', 'libx264', '-profile:v', 'high', '-preset', 'slow', '-crf', '23', '-maxrate', '1150k',
  '-bufsize', '1150k', '-bf', '0', '-g', '25', '-keyint_min', '25', '-sc_threshold', '0',
  '-pix_fmt', 'yuv420p', '-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709',
  '-c:a', 'aac', '-profile:a', 'aac_low', '-b:a', '96k', '-ar', '48000', '-ac', '2',
  '-movflags', '+faststart',
]

/** Draws every frame of the clip and pours it straight into the encoder. */
export const encodeClip = async (
  room: RenderRoom, timing: Timing, sound: string, target: string,
): Promise<void> => {
  const encoder = spawn('ffmpeg', ['-y', '-loglevel', 'error', '-f', 'image2pipe',
    '-c:v', 'mjpeg', '-framerate', String(DRAWN_FPS), '-i', '-', '-i', sound,
    '-vf', `framerate=fps=${FPS}:interp_start=0:interp_end=255:scene=100,`
      + 'scale=in_range=full:in_color_matrix=bt601:out_range=tv:out_color_matrix=bt709',
    '-t', String(timing.durationSeconds), ...ENCODE, target],
  { stdio: ['pipe', 'inherit', 'inherit'] })
  const ended = new Promise<number | null>((resolve) => encoder.on('close', resolve))
  const drawn = Math.ceil(timing.durationSeconds * DRAWN_FPS)
  for (let i = 0; i <= drawn; i += 1) {
    const seconds = (i / DRAWN_FPS) % timing.durationSeconds
    const call = `room.compose(${JSON.stringify(frameAt(timing, seconds))})`
    const bytes = Buffer.from(await evaluate<string>(room, call), 'base64')
    if (i % 50 === 0) process.stdout.write(`frame ${i} of ${drawn}\n`)
    if (!encoder.stdin.write(bytes)) {
      await new Promise((resolve) => encoder.stdin.once('drain', resolve))
    }
  }
  encoder.stdin.end()
  const code = await ended
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}`)
}

/** What captions, pins and offers need in order to follow the clip. */
export const describeClip = (timing: Timing) => ({
  durationSeconds: timing.durationSeconds,
  loopSeconds: timing.durationSeconds,
  language: 'en',
  lines: timing.lines,
  products: timing.products,
})
