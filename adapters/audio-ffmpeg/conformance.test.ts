import { silentLog, systemClock } from '#kernel'
import { soundTurnersConformance } from '#stage/media/testing'
import { findPackagedFfmpeg, makeSoundTurners } from './index.ts'

soundTurnersConformance('ffmpeg', () => makeSoundTurners({
  ffmpeg: findPackagedFfmpeg()!, clock: systemClock, log: silentLog,
}))
