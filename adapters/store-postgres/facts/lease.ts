import type { PoolClient } from 'pg'
import type { Database } from '../database.ts'
import { toFault } from '../faults.ts'

/** Of several server processes one serves a listener. Held by a connection: it falls with us. */
export interface Lease {
  isHeld(name: string): boolean
  /** Tries once; false when another process holds it. */
  take(name: string): Promise<boolean>
  release(): void
}

export function makeLease(database: Pick<Database, 'pool'>): Lease {
  const held = new Set<string>()
  let client: PoolClient | undefined

  async function open(): Promise<PoolClient> {
    const opened = await database.pool.connect().catch((error: unknown) => { throw toFault(error) })
    opened.once('end', () => {
      if (client !== opened) return
      client = undefined
      held.clear()
      opened.release(true)
    })
    return client = opened
  }
  return {
    isHeld: (name) => held.has(name),
    async take(name) {
      const { rows } = await (client ?? await open()).query<{ got: boolean }>(
        'select pg_try_advisory_lock(hashtextextended($1, 0)) as got', [`listener ${name}`])
      if (rows[0]?.got) held.add(name)
      return held.has(name)
    },
    release() {
      held.clear()
      const last = client
      client = undefined
      // Closed, not given back: that is what frees the locks.
      last?.release(true)
    },
  }
}
