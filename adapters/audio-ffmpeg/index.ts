import type {
  PictureTurner, PictureTurners, SoundTurner, SoundTurners,
} from '#stage/media/contract'
import type { DriverDeps } from './driver.ts'
import { startSmall } from './small.ts'
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

/** Makes pictures small by one ffmpeg process per stream, at low priority. */
export function makePictureTurners(deps: DriverDeps): PictureTurners {
  const open = new Set<PictureTurner>()
  return {
    toSmall(shape, tell) {
      const turner: PictureTurner = startSmall(deps, shape, tell, () => open.delete(turner))
      open.add(turner)
      return turner
    },
    close() {
      for (const turner of [...open]) turner.close()
    },
  }
}
