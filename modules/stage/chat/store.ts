import { sql, type QueryExecutorProvider } from 'kysely'
import type { MessageId, PersonId, ShowId } from '#kernel'
import type { Message } from './contract.ts'

type Tx = QueryExecutorProvider

export interface NewMessage extends Message {
  readonly showId: ShowId
}

interface MessageRow {
  readonly id: string
  readonly person_id: string
  readonly name: string
  readonly text: string
  readonly at_ms: number
  readonly is_demo: boolean
  readonly is_staff: boolean
}

const toMessage = (row: MessageRow): Message => ({
  id: row.id, personId: row.person_id, name: row.name, text: row.text, atMs: Number(row.at_ms),
  isDemo: row.is_demo, isStaff: row.is_staff,
})

/** Writes a batch in one statement; the ids of those that were written: the muted are left out. */
export async function insertAll(db: Tx, lines: readonly NewMessage[]): Promise<Set<string>> {
  const all = (name: keyof NewMessage) => lines.map((line) => line[name])
  const { rows } = await sql<{ id: string }>`
    insert into stage_chat.messages (id, show_id, person_id, name, text, at_ms, is_demo, is_staff)
    select l.id, l.show_id, l.person_id, l.name, l.text, l.at_ms, l.is_demo, l.is_staff
    from unnest(${all('id')}::text[], ${all('showId')}::text[], ${all('personId')}::text[],
      ${all('name')}::text[], ${all('text')}::text[], ${all('atMs')}::bigint[],
      ${all('isDemo')}::boolean[], ${all('isStaff')}::boolean[])
      as l (id, show_id, person_id, name, text, at_ms, is_demo, is_staff)
    where not exists (select 1 from stage_chat.mutes m
      where m.show_id = l.show_id and m.person_id = l.person_id)
    returning id`.execute(db)
  return new Set(rows.map((row) => row.id))
}

/** The newest, oldest first. */
export async function selectLatest(db: Tx, showId: ShowId, limit: number): Promise<Message[]> {
  const { rows } = await sql<MessageRow>`
    select id, person_id, name, text, at_ms, is_demo, is_staff from stage_chat.messages
    where show_id = ${showId} and removed_at_ms is null
    order by id desc limit ${limit}`.execute(db)
  return rows.map(toMessage).reverse()
}

export async function selectPage(db: Tx, showId: ShowId, page: {
  fromMs: number; toMs: number; limit: number
  after?: { atMs: number; id: string } | undefined
}): Promise<Message[]> {
  const { atMs, id } = page.after ?? { atMs: page.fromMs, id: '' }
  const { rows } = await sql<MessageRow>`
    select id, person_id, name, text, at_ms, is_demo, is_staff from stage_chat.messages
    where show_id = ${showId} and removed_at_ms is null
      and at_ms >= ${page.fromMs}::bigint and at_ms <= ${page.toMs}::bigint
      and (at_ms, id) > (${atMs}::bigint, ${id}::text collate "C")
    order by at_ms, id limit ${page.limit}`.execute(db)
  return rows.map(toMessage)
}

/** False when there is no such line in this show. Removing it again is fine. */
export async function markRemoved(
  db: Tx, showId: ShowId, id: MessageId, nowMs: number,
): Promise<boolean> {
  const { rows } = await sql`
    update stage_chat.messages set removed_at_ms = coalesce(removed_at_ms, ${nowMs}::bigint)
    where show_id = ${showId} and id = ${id} returning id`.execute(db)
  return rows.length > 0
}

/** Mutes and takes away what was said, in one statement; the ids that went away. */
export async function mute(
  db: Tx, showId: ShowId, personId: PersonId, nowMs: number,
): Promise<MessageId[]> {
  const { rows } = await sql<{ id: MessageId }>`
    with muted as (
      insert into stage_chat.mutes (show_id, person_id, muted_at_ms)
      values (${showId}, ${personId}, ${nowMs}) on conflict do nothing)
    update stage_chat.messages set removed_at_ms = ${nowMs}
    where show_id = ${showId} and person_id = ${personId} and removed_at_ms is null
    returning id`.execute(db)
  return rows.map((row) => row.id)
}

export async function unmute(db: Tx, showId: ShowId, personId: PersonId): Promise<void> {
  await sql`
    delete from stage_chat.mutes
    where show_id = ${showId} and person_id = ${personId}`.execute(db)
}

export async function isMuted(db: Tx, showId: ShowId, personId: PersonId): Promise<boolean> {
  const { rows } = await sql`
    select 1 from stage_chat.mutes
    where show_id = ${showId} and person_id = ${personId}`.execute(db)
  return rows.length > 0
}
