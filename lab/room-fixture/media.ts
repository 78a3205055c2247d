import { execFile } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { path as bundledFfmpeg } from '@ffmpeg-installer/ffmpeg'

const run = promisify(execFile)

/** A short picture with sound as fragmented MP4, so that the true player has something to play.
 *  `plain`: a test card, quickly made, for tests that do not look at it. */
export async function makeMedia(root: string, folder: string, isPlain = false): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const clip = join(root, 'data/demo/clip.mp4')
  const still = join(root, 'data/demo/pictures/tea-set-1.webp')
  const output = [
    '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '30', '-c:a', 'aac',
    '-t', '40',
    '-f', 'hls', '-hls_time', '1', '-hls_list_size', '0', '-hls_segment_type', 'fmp4', 'show.m3u8',
  ]
  const card = [
    '-f', 'lavfi', '-i', 'testsrc=size=180x320:rate=15', '-f', 'lavfi', '-i', 'sine=220',
  ]
  const input = isPlain ? card : existsSync(clip) ? ['-stream_loop', '3', '-i', clip]
    : ['-loop', '1', '-framerate', '15', '-i', still, '-f', 'lavfi', '-i', 'sine=220',
      '-vf', 'scale=-2:1280,crop=720:1280']
  await run(bundledFfmpeg, ['-y', '-loglevel', 'error', ...input, ...output], { cwd: folder })
}
