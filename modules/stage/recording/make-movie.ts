import { spawn, type ChildProcess } from 'node:child_process'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { setPriority } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { MovieFile } from './movie-file.ts'

/** One form of the show with its length, in the order of the show. */
export interface Form {
  readonly movie: MovieFile
  readonly seconds: number
}

const LOW_PRIORITY = 10
const SAID_MAX = 2_000

/** Even sizes: the coder takes no others. */
const even = (size: number): number => Math.max(2, size - (size % 2))

function frameOf(forms: readonly Form[]) {
  const longest = [...forms].sort((a, b) => b.seconds - a.seconds)
    .flatMap(({ movie }) => movie.tracks.filter((track) => track.isVideo))[0]
  return longest ? { width: even(longest.width), height: even(longest.height) } : undefined
}

function encodeArguments(
  form: Form, frame: { width: number; height: number } | undefined, hasSound: boolean, out: string,
): string[] {
  const has = (isVideo: boolean) => form.movie.tracks.some((track) => track.isVideo === isVideo)
  const size = frame && `${frame.width}:${frame.height}`
  const fit = `scale=${size}:force_original_aspect_ratio=decrease,pad=${size}:-1:-1,setsar=1,`
    + 'format=yuv420p'
  const blank = frame && `color=c=black:s=${frame.width}x${frame.height}:r=25`
  return [
    '-hide_banner', '-loglevel', 'error', '-nostats', '-progress', 'pipe:1', '-i', 'pipe:0',
    ...(frame && !has(true) ? ['-f', 'lavfi', '-i', blank!] : []),
    ...(hasSound && !has(false) ? ['-f', 'lavfi', '-i', 'anullsrc=r=48000:cl=stereo'] : []),
    '-t', form.seconds.toFixed(3),
    ...(frame ? ['-map', has(true) ? '0:v:0' : '1:v:0', '-vf', fit, '-c:v', 'libx264',
      '-preset', 'veryfast', '-crf', '21', '-video_track_timescale', '90000'] : []),
    ...(hasSound ? ['-map', has(false) ? '0:a:0' : '1:a:0', '-c:a', 'aac', '-b:a', '128k',
      '-ar', '48000', '-ac', '2'] : []),
    '-y', out,
  ]
}

/** Makes one file of a show whose picture or sound changed its form: every stretch is coded anew
 *  in the form of the longest one, then they are joined. */
export function makeOneForm(input: {
  ffmpeg: string; folder: string; target: string; forms: readonly Form[]
  onProgress: (done: number) => void
}): { done: Promise<void>; stop(): void } {
  const { ffmpeg, forms } = input
  const work = join(input.folder, 'making')
  const seconds = forms.reduce((sum, form) => sum + form.seconds, 0)
  let child: ChildProcess | undefined
  let isStopped = false

  const run = async (args: string[], source?: MovieFile, onSeconds?: (at: number) => void) => {
    if (isStopped) throw new Error('stopped')
    const started = spawn(ffmpeg, args, { stdio: [source ? 'pipe' : 'ignore', 'pipe', 'pipe'] })
    child = started
    try {
      if (started.pid) setPriority(started.pid, LOW_PRIORITY)
    } catch {
      // It ended already, or this system has no priorities.
    }
    let said = ''
    started.stderr!.on('data', (text: Buffer) => { said = (said + text).slice(-SAID_MAX) })
    started.stdout!.on('data', (text: Buffer) => {
      const at = /out_time_us=(\d+)(?![\s\S]*out_time_us)/.exec(String(text))
      if (at) onSeconds?.(Number(at[1]) / 1e6)
    })
    const ended = new Promise<number | null>((done, fail) => {
      started.on('error', fail)
      started.on('close', done)
    })
    const feeding = source && pipeline(
      Readable.from(source.read(0, source.sizeBytes - 1)), started.stdin!,
    ).catch(() => {})
    const code = await ended
    await feeding
    if (code !== 0) throw new Error(`ffmpeg ended with ${code}: ${said}`)
  }

  const make = async (): Promise<void> => {
    const frame = frameOf(forms)
    const hasSound = forms.some(({ movie }) => movie.tracks.some((track) => !track.isVideo))
    await mkdir(work, { recursive: true })
    let before = 0
    for (const [n, form] of forms.entries()) {
      await run(encodeArguments(form, frame, hasSound, join(work, `${n}.mp4`)), form.movie,
        (at) => input.onProgress(Math.min(0.98, (before + at) / seconds)))
      before += form.seconds
    }
    await writeFile(join(work, 'list.txt'), forms.map((_form, n) => `file '${n}.mp4'\n`).join(''))
    const joined = join(work, 'whole.mp4')
    await run(['-hide_banner', '-loglevel', 'error', '-f', 'concat', '-safe', '0',
      '-i', join(work, 'list.txt'), '-c', 'copy', '-movflags', '+faststart', '-y', joined])
    await rename(joined, input.target)
  }
  return {
    done: make().finally(() => rm(work, { recursive: true, force: true })),
    stop() {
      isStopped = true
      child?.kill('SIGKILL')
    },
  }
}
