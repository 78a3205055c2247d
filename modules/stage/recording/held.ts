import type { Log } from '#kernel'
import type { HeldRecording } from './contract.ts'
import { initFile, makeRecorder, segmentFile } from './recorder.ts'
import { restoreShow } from './restore.ts'

/** The recording in one folder, for who may write there. */
export function holdFolder(deps: {
  folder: string; log: Log; release(): Promise<void>
}): HeldRecording {
  const { folder, log } = deps
  return {
    folder,
    initFile: (id) => initFile(folder, id),
    segmentFile: (msn) => segmentFile(folder, msn),
    restore: (tailSeconds) => restoreShow(folder, tailSeconds),
    record: (told) => makeRecorder({ folder, log, told }),
    release: () => deps.release(),
  }
}
