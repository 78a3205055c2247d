import type { SoundTurner, SoundTurners } from '#stage/media/contract'
import type { DriverDeps } from './driver.ts'
import { toAacJob } from './to-aac.ts'
import { toOpusJob } from './to-opus.ts'
import { makeTurner, type Job } from './turner.ts'

export { findFfmpeg, findPackagedFfmpeg } from './find.ts'

/** Turns sound by one ffmpeg process per turner. */
export function makeSoundTurners(deps: DriverDeps): SoundTurners {
  const open = new Set<SoundTurner>()
  const add = (job: Job): SoundTurner => {
    const turner = makeTurner(deps, job)
    const mine: SoundTurner = {
      push: turner.push,
      close() {
        open.delete(mine)
        turner.close()
      },
    }
    open.add(mine)
    return mine
  }
  return {
    toAac: (tell) => add(toAacJob(tell)),
    toOpus: (record, tell) => add(toOpusJob(record, tell)),
    close() {
      for (const turner of [...open]) turner.close()
    },
  }
}
