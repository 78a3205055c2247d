import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock, Log, ShowId } from '#kernel'
import { makeArchive } from './archive.ts'
import type { RecordingFolder } from './contract.ts'
import { holdFolder } from './held.ts'
import { makeLeases } from './lease.ts'
import { indexFile } from './recorder.ts'

export function makeRecordingFolder(deps: {
  readonly clock: Clock
  readonly log: Log
  /** Where recordings are kept, one folder per show. */
  readonly folder: string
  /** Where the one file to download needs work done; without it such a file is not made. */
  readonly ffmpeg?: string | undefined
}): RecordingFolder {
  const { log, folder: root } = deps
  const losers = new Map<ShowId, () => void>()
  const leases = makeLeases({ ...deps, root, onLost: (id) => losers.get(id)?.() })
  return {
    has: (id) => stat(indexFile(join(root, id))).then(() => true, () => false),
    async take(id, onLost) {
      await mkdir(join(root, id), { recursive: true })
      losers.set(id, onLost)
      const lease = await leases.take(id)
      return lease && holdFolder({
        folder: lease.path, log: log.child({ showId: id }),
        async release() {
          if (losers.get(id) === onLost) losers.delete(id)
          await lease.release()
        },
      })
    },
    archive: (shows) => makeArchive({ ...deps, shows }),
    close: () => leases.close(),
  }
}
