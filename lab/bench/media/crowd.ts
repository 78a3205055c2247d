import { systemClock } from '#kernel'
import { startRig, until, type Rig } from '#stage/media/testing'
import { startHelper } from '../orders/talk.ts'
import { cpuSecondsOf, megabytesOf } from './figures.ts'
import type { ViewersResult } from './viewers-plan.ts'

/** What the encoder sends: about what a phone's picture needs, so that the machine's two cores can
 *  carry both the process and those who watch. */
export const KBPS = 700

/** A media process with one show on air, and viewers in a process of their own. */
export interface Crowd {
  readonly rig: Rig
  readonly pid: number
  cpuSeconds(): number
  megabytes(): number
  join(who: { readonly whep: number; readonly hls: number }): Promise<void>
  begin(): Promise<void>
  read(): Promise<ViewersResult>
  leave(): Promise<void>
  close(): Promise<void>
}

export async function openCrowd(
  options: { readonly seconds: number; readonly whepMax: number; readonly profile?: string },
): Promise<Crowd> {
  const rig = await startRig({
    SILKCAST_WHEP_MAX: String(options.whepMax), SILKCAST_WHEP_KEPT: '0',
    SILKCAST_LOG_LEVEL: 'warn',
    // An encoder of its own beside it: what it takes is no matter of viewers.
    SILKCAST_RENDITIONS: 'none',
    ...(options.profile && { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${options.profile}` }),
  })
  const show = rig.addShow()
  rig.encoder(show.rtmpUrl(), {
    seconds: options.seconds, fps: 25, gop: 50, size: '640x360',
    video: ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt',
      'yuv420p', '-g', '50', '-sc_threshold', '0', '-b:v', `${KBPS}k`, '-maxrate', `${KBPS}k`,
      '-minrate', `${KBPS}k`, '-bufsize', `${KBPS / 2}k`, '-x264-params', 'nal-hrd=cbr'],
  })
  await until('signal', () => rig.desk.reports.find((one) => one.video && one.audio), 20_000)
  await until('playlist', async () => (await fetch(show.url('live.m3u8'))).ok, 20_000)
  const viewers = startHelper('../media/viewers.ts')
  const pid = rig.media.child.pid!
  return {
    rig, pid,
    cpuSeconds: () => cpuSecondsOf(pid),
    megabytes: () => megabytesOf(pid),
    join: async (who) => void await viewers.ask({ join: {
      ...who, whepUrl: show.url('whep'), hlsPort: rig.media.httpPort, hlsBase: `/media/${show.id}`,
    } }),
    begin: async () => void await viewers.ask({ begin: true }),
    read: () => viewers.ask<ViewersResult>({ read: true }),
    async leave() {
      await viewers.ask({ leave: true })
      await systemClock.sleep(1_000)
    },
    async close() {
      await viewers.stop()
      if (options.profile) await rig.media.kill('SIGTERM')
      await rig.close()
    },
  }
}

export interface Cost {
  readonly way: string
  readonly viewers: number
  /** Share of a core that the media process took, and what one viewer added to it. */
  readonly cores: number
  readonly percentPerViewer: number
  readonly seen: ViewersResult
}

/** What each viewer costs: nobody, then many of one kind, then of the other. */
export async function measureCosts(
  who: { readonly whep: number; readonly hls: number }, seconds: number, profile?: string,
): Promise<readonly Cost[]> {
  const crowd = await openCrowd({ seconds: 600, whepMax: who.whep, ...(profile && { profile }) })
  const measure = async (way: string, whep: number, hls: number, idle: number): Promise<Cost> => {
    await crowd.join({ whep, hls })
    await systemClock.sleep(2_000)
    await crowd.begin()
    const [startMs, before] = [systemClock.steadyMs(), crowd.cpuSeconds()]
    await systemClock.sleep(seconds * 1000)
    const cores = (crowd.cpuSeconds() - before) / ((systemClock.steadyMs() - startMs) / 1000)
    const seen = await crowd.read()
    await crowd.leave()
    const viewers = whep + hls
    const percentPerViewer = viewers === 0 ? 0 : (100 * (cores - idle)) / viewers
    return { way, viewers, cores, percentPerViewer, seen }
  }
  try {
    const nobody = await measure('nobody', 0, 0, 0)
    return [
      nobody, await measure('WHEP', who.whep, 0, nobody.cores),
      await measure('LL-HLS', 0, who.hls, nobody.cores),
    ]
  } finally {
    await crowd.close()
  }
}
