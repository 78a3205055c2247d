import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Intent, IntentStatus, Refund, RefundStatus } from './model.ts'

export interface PayEvent {
  readonly seq: number
  readonly id: string
  /** Events of one subject keep their order. */
  readonly subject: string
  readonly body: string
  readonly createdAtMs: number
}
export type EventState = 'waiting' | 'delivered' | 'lost' | 'given_up'

const TABLES = `
  create table if not exists intents (id text primary key, reference text not null unique,
    amount integer not null, currency text not null, "order" text not null, scenario text not null,
    status text not null, createdAtMs integer not null) strict;
  create table if not exists refunds (reference text primary key, intent text not null,
    amount integer not null, currency text not null, status text not null,
    createdAtMs integer not null) strict;
  create table if not exists events (seq integer primary key autoincrement, id text not null unique,
    subject text not null, body text not null, state text not null,
    createdAtMs integer not null) strict;
  create index if not exists events_by_state on events (state);
  create table if not exists settings (name text primary key, value text not null) strict;`

const INTENT = 'id, reference, amount, currency, "order", scenario, status, createdAtMs'
const REFUND = 'reference, intent, amount, currency, status, createdAtMs'

/** The provider's own books, SQLite in its data folder: a change is kept before it is answered. */
export function openLedger(folder: string) {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const db = new DatabaseSync(join(folder, 'sandbox-pay.sqlite'))
  db.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 2000')
  db.exec(TABLES)
  const one = <T>(sql: string) => {
    const statement = db.prepare(sql)
    return (...values: (string | number)[]) => (statement.get(...values) as T | undefined) ?? null
  }
  const run = (sql: string) => {
    const statement = db.prepare(sql)
    return (...values: (string | number)[]) => statement.run(...values)
  }
  const insertIntent = run(`insert into intents (${INTENT}) values (?, ?, ?, ?, ?, ?, ?, ?)`)
  const insertRefund = run(`insert into refunds (${REFUND}) values (?, ?, ?, ?, ?, ?)`)
  const insertEvent = run(
    'insert into events (id, subject, body, state, createdAtMs) values (?, ?, ?, ?, ?)')
  const setSetting = run('insert or replace into settings (name, value) values (?, ?)')
  const readSetting = one<{ value: string }>('select value from settings where name = ?')
  const setIntent = run('update intents set status = ? where id = ?')
  const setRefund = run('update refunds set status = ? where reference = ?')
  const setEvent = run('update events set state = ? where id = ?')

  return {
    /** All or nothing, so that a change and its event are never apart. */
    atomic<T>(work: () => T): T {
      db.exec('begin immediate')
      try {
        const result = work()
        db.exec('commit')
        return result
      } catch (error) {
        db.exec('rollback')
        throw error
      }
    },
    /** By the merchant's reference or by the id in the challenge address. */
    findIntent: (key: string) =>
      one<Intent>(`select ${INTENT} from intents where reference = ? or id = ?`)(key, key),
    insertIntent: (it: Intent) => insertIntent(it.id, it.reference, it.amount, it.currency,
      it.order, it.scenario, it.status, it.createdAtMs),
    setIntentStatus: (id: string, status: IntentStatus) => setIntent(status, id),
    listProcessing: () =>
      db.prepare(`select ${INTENT} from intents where status = 'processing'`).all() as
        unknown as Intent[],
    findRefund: one<Refund>(`select ${REFUND} from refunds where reference = ?`),
    /** The refund that stands in the way of another one of the same payment. */
    findLiveRefund: one<Refund>(
      `select ${REFUND} from refunds where intent = ? and status <> 'failed'`),
    insertRefund: (it: Refund) => insertRefund(it.reference, it.intent, it.amount, it.currency,
      it.status, it.createdAtMs),
    setRefundStatus: (reference: string, status: RefundStatus) => setRefund(status, reference),
    listPendingRefunds: () =>
      db.prepare(`select ${REFUND} from refunds where status = 'pending'`).all() as
        unknown as Refund[],
    addEvent(event: Omit<PayEvent, 'seq'>, state: EventState): PayEvent {
      const { lastInsertRowid } =
        insertEvent(event.id, event.subject, event.body, state, event.createdAtMs)
      return { ...event, seq: Number(lastInsertRowid) }
    },
    setEventState: (id: string, state: EventState) => setEvent(state, id),
    listWaiting: () => db.prepare(`select seq, id, subject, body, createdAtMs from events
      where state = 'waiting' order by seq`).all() as unknown as PayEvent[],
    prune: (beforeMs: number) =>
      db.prepare(`delete from events where state <> 'waiting' and createdAtMs < ?`).run(beforeMs),
    readSetting: (name: string) => readSetting(name)?.value ?? null,
    writeSetting: (name: string, value: string) => setSetting(name, value),
    close: () => db.close(),
  }
}

export type Ledger = ReturnType<typeof openLedger>
