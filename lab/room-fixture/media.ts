import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { path as bundledFfmpeg } from '@ffmpeg-installer/ffmpeg'

const run = promisify(execFile)

const hls = (name: string) => [
  '-t', '40', '-f', 'hls', '-hls_time', '1', '-hls_list_size', '0', '-hls_segment_type', 'fmp4',
  '-hls_fmp4_init_filename', `${name}-init.mp4`, '-hls_segment_filename', `${name}-%d.m4s`,
  `${name}.m3u8`,
]
const video = (more: readonly string[]) => [
  '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '30', ...more,
]

const MASTER = `#EXTM3U
#EXT-X-STREAM-INF:BANDWIDTH=2500000,RESOLUTION=720x1280,CODECS="avc1.42c01f,mp4a.40.2"
show.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=200000,RESOLUTION=180x320,CODECS="avc1.42c01f,mp4a.40.2"
low.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=64000,CODECS="mp4a.40.2"
sound.m3u8
`

/** A short picture with sound as fragmented MP4, so that the true player has something to play;
 *  also small, and as sound alone, under one master playlist. `isPlain`: a test card, quickly made,
 *  for tests that do not look at it. */
export async function makeMedia(root: string, folder: string, isPlain = false): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const clip = join(root, 'data/demo/clip.mp4')
  const still = join(root, 'data/demo/pictures/tea-set-1.webp')
  const card = [
    '-f', 'lavfi', '-i', 'testsrc=size=180x320:rate=15', '-f', 'lavfi', '-i', 'sine=220',
  ]
  const input = isPlain ? card : existsSync(clip) ? ['-stream_loop', '3', '-i', clip]
    : ['-loop', '1', '-framerate', '15', '-i', still, '-f', 'lavfi', '-i', 'sine=220',
      '-vf', 'scale=-2:1280,crop=720:1280']
  const cwd = { cwd: folder }
  const quiet = ['-y', '-loglevel', 'error']
  await run(bundledFfmpeg, [...quiet, ...input, ...video([]), '-c:a', 'aac', ...hls('show')], cwd)
  await run(bundledFfmpeg, [
    ...quiet, '-i', 'show.m3u8', ...video(['-vf', 'scale=180:320']), '-c:a', 'copy', ...hls('low'),
    '-vn', '-c:a', 'copy', ...hls('sound'),
  ], cwd)
  writeFileSync(join(folder, 'master.m3u8'), MASTER)
}
