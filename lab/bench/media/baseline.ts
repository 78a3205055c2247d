import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ffmpeg from '@ffmpeg-installer/ffmpeg'
import { systemClock } from '#kernel'
import { openBrowser, visit } from '../../rig/browser.ts'
import { startClockVideo } from '../../rig/clock-video.ts'
import { freePort } from '../../rig/house.ts'
import { watchGlass, type Glass } from './glass.ts'
import { meter, startSite } from './pages.ts'

/** What one gets without us: ffmpeg takes the same stream over RTMP and writes HLS as it does when
 *  it is told nothing (segments of 2 s, the newest five), any web server serves the files, and
 *  hls.js plays them as it comes. */
export async function measureBaseline(): Promise<Glass> {
  const folder = await mkdtemp(join(tmpdir(), 'silkcast-baseline-'))
  const url = `rtmp://127.0.0.1:${await freePort()}/live/clock`
  const packer = spawn(ffmpeg.path, [
    '-hide_banner', '-loglevel', 'error', '-listen', '1', '-i', url, '-c', 'copy',
    '-f', 'hls', '-hls_time', '2', '-hls_list_size', '5', '-hls_flags', 'delete_segments',
    join(folder, 'live.m3u8'),
  ], { stdio: 'ignore' })
  const gone = new Promise<void>((done) => packer.on('exit', () => done()))
  await systemClock.sleep(500)
  const video = startClockVideo({ url, hasTone: true })
  const site = await startSite((name) => readFile(join(folder, name)))
  const browser = await openBrowser()
  try {
    const deadline = systemClock.steadyMs() + 30_000
    const src = `${site.url}/hls/live.m3u8`
    while (!(await fetch(src)).ok) {
      if (systemClock.steadyMs() > deadline) {
        throw new Error(`ffmpeg writes no HLS ${video.errors.join()}`)
      }
      await systemClock.sleep(200)
    }
    const { page } = await visit(browser)
    await page.addInitScript(meter)
    // As many segments as hls.js wants to stay behind have to be there.
    await systemClock.sleep(4_000)
    await page.goto(`${site.url}/plain?src=${encodeURIComponent(src)}`)
    return await watchGlass(page, 'ffmpeg HLS, hls.js as it comes', 'hls')
  } finally {
    await browser.close()
    await video.stop()
    packer.kill('SIGKILL')
    await gone
    site.close()
    await rm(folder, { recursive: true, force: true })
  }
}
