import { Kysely, PostgresDialect } from 'kysely'
import type { PostgresPool, Transaction } from 'kysely'
import { Pool } from 'pg'
import type { Client } from 'pg'
import { systemClock, systemRandom } from '#kernel'
import type { Clock, Log, Random, Transactor } from '#kernel'
import { StoreClient, parsers } from './client.ts'
import { contendedFault, isContended, toFault } from './faults.ts'

// oxlint-disable-next-line typescript/no-explicit-any -- every module names its own tables
export type AnyTables = any
/** A transaction, as the store of a module takes it. */
export type Tx = Transaction<AnyTables>

export interface Database extends Transactor<Tx> {
  readonly pool: Pool
  readonly kysely: Kysely<AnyTables>
  /** Runs `run` in one transaction, again when PostgreSQL asks for it: `run` must be repeatable.
   *  Faults: `store.unavailable`, `store.timeout`, `store.contended` (retryable), `store.full`. */
  transaction<T>(run: (tx: Tx) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export interface ConnectOptions {
  readonly url: string
  readonly poolSize: number
  readonly log: Log
  readonly statementTimeoutMs?: number
  readonly clock?: Clock
  readonly random?: Random
}

const TRANSACTION_TRIES = 6
const CONNECT_TIMEOUT_MS = 5000

function makePool(options: ConnectOptions): Pool {
  const pool = new Pool({
    connectionString: options.url,
    max: options.poolSize,
    // The pool calls it with its own options, which the types do not say.
    Client: StoreClient as unknown as new () => Client,
    types: parsers,
    application_name: 'silkcast',
    // Statements that are asked for together travel together: one turn instead of one each.
    pipeline: true,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: 60_000,
    statement_timeout: options.statementTimeoutMs ?? 15_000,
    lock_timeout: 10_000,
    idle_in_transaction_session_timeout: 30_000,
  })
  // An idle connection that breaks is dropped from the pool; the next query opens another.
  pool.on('error', (error) => options.log.warn('store.connection_lost', { why: error.message }))
  return pool
}

/** Kysely's view of the pool, in which a connection that cannot be had is our fault, too. */
const faulting = (pool: Pool): PostgresPool => ({
  options: pool.options,
  end: () => pool.end(),
  connect: () => pool.connect().catch((error: unknown) => { throw toFault(error) }) as
    ReturnType<PostgresPool['connect']>,
})

export function connect(options: ConnectOptions): Database {
  const clock = options.clock ?? systemClock
  const random = options.random ?? systemRandom
  const pool = makePool(options)
  const kysely = new Kysely<AnyTables>({ dialect: new PostgresDialect({ pool: faulting(pool) }) })
  let closing: Promise<void> | undefined

  async function transaction<T>(run: (tx: Tx) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await kysely.transaction().execute(run)
      } catch (error) {
        if (!isContended(error)) throw error
        if (attempt >= TRANSACTION_TRIES) throw contendedFault(error)
        options.log.debug('store.transaction_again', { attempt })
        await clock.sleep(random.int(1, 10 * 2 ** attempt))
      }
    }
  }
  return { pool, kysely, transaction, close: () => closing ??= pool.end() }
}
