import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DISSOLVE_SECONDS, SCENES } from './clip-script.ts'
import { makeBed } from './bed.ts'
import { run } from './process.ts'

const RATE = 48_000

export type Line = { startSeconds: number, endSeconds: number, text: string }
export type Shown = { key: string, fromSeconds: number, toSeconds: number }
export type Timing = { durationSeconds: number, lines: Line[], products: Shown[] }

const round = (seconds: number) => Math.round(seconds * 25) / 25

/** Festival's female statistical voice, trimmed of silence, at 48 kHz mono. */
const speak = async (text: string, file: string): Promise<Float32Array> => {
  const raw = `${file}.raw.wav`
  const said = text.replaceAll('litre', 'liter').replaceAll('metre', 'meter')
  await run('text2wave', ['-o', raw, '-eval', '(voice_cmu_us_slt_arctic_hts)',
    '-eval', "(Parameter.set 'Duration_Stretch 1.1)"], said)
  const silence = 'silenceremove=start_periods=1:start_threshold=-48dB:start_silence=0.03'
  await run('ffmpeg', ['-y', '-loglevel', 'error', '-i', raw, '-af',
    `${silence},areverse,${silence},areverse`, '-ar', String(RATE), '-ac', '1',
    '-f', 'f32le', file])
  const bytes = await readFile(file)
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
}

const GAP_SECONDS = 0.42
const LEAD_SECONDS = 0.85
const TAIL_SECONDS = 0.55

/** Speaks every line and lays the lines out in time; a scene lasts as long as its words. */
const layOut = async (work: string) => {
  const spoken: { at: number, samples: Float32Array }[] = []
  const timing: Timing = { durationSeconds: 0, lines: [], products: [] }
  let now = 0
  for (const [s, scene] of SCENES.entries()) {
    const from = now
    now += LEAD_SECONDS
    for (const [l, text] of scene.lines.entries()) {
      const samples = await speak(text, join(work, `line-${s}-${l}.f32`))
      const end = now + samples.length / RATE
      spoken.push({ at: now, samples })
      timing.lines.push({ startSeconds: round(now), endSeconds: round(end), text })
      now = end + GAP_SECONDS
    }
    now = round(now + TAIL_SECONDS)
    timing.products.push({ key: scene.key, fromSeconds: from, toSeconds: now })
  }
  timing.durationSeconds = Math.ceil(now)
  const last = timing.products.at(-1)
  if (last !== undefined) last.toSeconds = timing.durationSeconds
  return { spoken, timing }
}

const VOICE_FILTER = [
  'highpass=f=85', 'equalizer=f=240:t=q:w=1:g=1.5', 'equalizer=f=3200:t=q:w=1.1:g=2',
  'equalizer=f=7200:t=q:w=1.4:g=-3', 'acompressor=threshold=-22dB:ratio=2.4:attack=8:release=160',
  'aecho=0.92:0.5:23|41:0.10|0.06',
].join(',')

/** Makes the sound track: voice over a quiet bed whose end runs into its beginning. */
export const makeSound = async (work: string, target: string): Promise<Timing> => {
  await mkdir(work, { recursive: true })
  const { spoken, timing } = await layOut(work)
  const voice = new Float32Array(timing.durationSeconds * RATE)
  for (const { at, samples } of spoken) voice.set(samples, Math.round(at * RATE))
  const [voiceFile, bedFile] = [join(work, 'voice.f32'), join(work, 'bed.f32')]
  await writeFile(voiceFile, new Uint8Array(voice.buffer))
  await writeFile(bedFile, new Uint8Array(makeBed(timing.durationSeconds, RATE).buffer))
  const mix = `[0:a]${VOICE_FILTER},pan=stereo|c0=c0|c1=c0,volume=1.0[v];`
    + '[v][1:a]amix=inputs=2:normalize=0:duration=longest[m]'
  const inputs = ['-f', 'f32le', '-ar', String(RATE), '-ac', '1', '-i', voiceFile,
    '-f', 'f32le', '-ar', String(RATE), '-ac', '2', '-i', bedFile]
  const mixed = join(work, 'mixed.wav')
  await run('ffmpeg', ['-y', '-loglevel', 'error', ...inputs, '-filter_complex', mix, '-map', '[m]',
    '-t', String(timing.durationSeconds), '-c:a', 'pcm_f32le', mixed])
  const gain = -18 - await loudness(mixed)
  await run('ffmpeg', ['-y', '-loglevel', 'error', '-i', mixed, '-af',
    `volume=${gain.toFixed(2)}dB,alimiter=limit=0.84:level=disabled`, '-ar', String(RATE),
    '-c:a', 'pcm_s16le', target])
  return timing
}

/** Integrated loudness in LUFS (EBU R128). */
export const loudness = async (file: string): Promise<number> => {
  const script = 'ffmpeg -hide_banner -nostats -i "$0" -filter:a ebur128 -f null - 2>&1'
  const text = await run('sh', ['-c', script, file])
  const found = /Summary:[\s\S]*?I:\s+(-?[\d.]+) LUFS/.exec(text)
  if (found?.[1] === undefined) throw new Error('ffmpeg measured no loudness')
  return Number(found[1])
}

export const framesOf = (seconds: number): number => Math.round(seconds * 25)
export const dissolveFrames = framesOf(DISSOLVE_SECONDS)
