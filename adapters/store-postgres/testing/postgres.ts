import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '#kernel'
import { startPostgres } from '../server/start.ts'
import type { RunningPostgres } from '../server/start.ts'

/** A PostgreSQL with empty data and without fsync; `stop` leaves nothing behind. */
export async function startTestPostgres(): Promise<RunningPostgres> {
  const dataDir = mkdtempSync(join(tmpdir(), 'silkcast-pg-'))
  // As root PostgreSQL runs as somebody else, who has to pass here.
  chmodSync(dataDir, 0o711)
  const remove = () => rmSync(dataDir, { recursive: true, force: true })
  try {
    const running = await startPostgres({ dataDir, log: silentLog, isDurable: false })
    return { ...running, stop: () => running.stop().finally(remove) }
  } catch (error) {
    remove()
    throw error
  }
}
