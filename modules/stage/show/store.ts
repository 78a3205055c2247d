import { sql, type QueryExecutorProvider } from 'kysely'
import type { ShowId } from '#kernel'
import type { Selling, ShowRenditions } from './contract.ts'
import type { Patch, ShowRow } from './model.ts'

type Tx = QueryExecutorProvider

export interface NewShow {
  readonly id: ShowId
  readonly slug: string
  readonly title: string
  readonly merchant: string
  readonly startsAtMs: number
  readonly lineUp: readonly string[]
  readonly isDemo: boolean
  readonly renditions: ShowRenditions | null
  readonly nowMs: number
}

/** False when the address is taken. */
export async function insertShow(tx: Tx, show: NewShow): Promise<boolean> {
  const { rows } = await sql`
    insert into stage_show.shows (id, slug, title, merchant, state, signal, signal_at_ms,
      reported_at_ms, starts_at_ms, sale_stopped, line_up, is_demo, is_directed, has_recording,
      renditions, created_at_ms)
    values (${show.id}, ${show.slug}, ${show.title}, ${show.merchant}, 'scheduled', 'none', 0, 0,
      ${show.startsAtMs}, false, ${show.lineUp}::text[], ${show.isDemo}, ${show.isDemo}, false,
      ${show.renditions}, ${show.nowMs})
    on conflict on constraint shows_slug do nothing returning id`.execute(tx)
  return rows.length > 0
}

export async function selectShow(db: Tx, id: ShowId): Promise<ShowRow | undefined> {
  const { rows } = await sql<ShowRow>`
    select * from stage_show.shows where id = ${id}`.execute(db)
  return rows[0]
}

export async function lockShow(tx: Tx, id: ShowId): Promise<ShowRow | undefined> {
  const { rows } = await sql<ShowRow>`
    select * from stage_show.shows where id = ${id} for update`.execute(tx)
  return rows[0]
}

export async function selectBySlug(db: Tx, slug: string): Promise<ShowRow | undefined> {
  const { rows } = await sql<ShowRow>`
    select * from stage_show.shows where slug = ${slug}`.execute(db)
  return rows[0]
}

/** Live first (the latest started), then the next, then the last ended. */
export async function selectInOrder(db: Tx, limit: number): Promise<ShowRow[]> {
  const { rows } = await sql<ShowRow>`
    select * from stage_show.shows
    order by array_position(array['live', 'scheduled', 'ended'], state),
      case state when 'live' then -started_at_ms when 'scheduled' then starts_at_ms
        else -ended_at_ms end, id
    limit ${limit}`.execute(db)
  return rows
}

/** Writes what changed; the row must be locked. */
export async function updateShow(tx: Tx, id: ShowId, patch: Patch): Promise<ShowRow> {
  const sets = Object.entries(patch).map(([name, value]) => {
    const given = name === 'video' && value !== null ? JSON.stringify(value) : value
    return sql`${sql.ref(name)} = ${given}`
  })
  const { rows } = await sql<ShowRow>`
    update stage_show.shows set ${sql.join([...sets, sql`id = id`])}
    where id = ${id} returning *`.execute(tx)
  return rows[0]!
}

export async function isSlugTaken(tx: Tx, slug: string, butBy: ShowId): Promise<boolean> {
  const { rows } = await sql`
    select 1 from stage_show.shows where slug = ${slug} and id <> ${butBy}`.execute(tx)
  return rows.length > 0
}

export async function selectSelling(tx: Tx, ids: readonly ShowId[]) {
  const { rows } = await sql<{ id: ShowId; what: Selling }>`
    select id, case
      when state = 'scheduled' then 'not_live'
      when state = 'ended' and (replay_withdrawn or not has_recording) then 'not_live'
      when sale_stopped then 'sale_stopped'
      when state = 'ended' then 'replay'
      else 'selling' end as what
    from stage_show.shows where id = any(${ids}::text[])`.execute(tx)
  return rows
}

/** Publishers that fell silent, written down as lost. */
export async function loseSilent(db: Tx, beforeMs: number): Promise<ShowRow[]> {
  const { rows } = await sql<ShowRow>`
    update stage_show.shows set signal = 'lost'
    where signal = 'receiving' and signal_at_ms < ${beforeMs} returning *`.execute(db)
  return rows
}

export async function putKey(tx: Tx, id: ShowId, key: string, hash: string, nowMs: number) {
  await sql`
    insert into stage_show.keys (show_id, stream_key, key_hash, made_at_ms)
    values (${id}, ${key}, ${hash}, ${nowMs})
    on conflict (show_id) do update set stream_key = excluded.stream_key,
      key_hash = excluded.key_hash, made_at_ms = excluded.made_at_ms`.execute(tx)
}

export async function selectKey(db: Tx, id: ShowId): Promise<string | null> {
  const { rows } = await sql<{ stream_key: string }>`
    select stream_key from stage_show.keys where show_id = ${id}`.execute(db)
  return rows[0]?.stream_key ?? null
}

export async function selectByKeyHash(db: Tx, hash: string) {
  const { rows } = await sql<ShowRow & { key_hash: string }>`
    select s.*, k.key_hash from stage_show.keys k join stage_show.shows s on s.id = k.show_id
    where k.key_hash = ${hash}`.execute(db)
  return rows[0]
}

export async function selectOwed(db: Tx, limit: number) {
  const { rows } = await sql<{ id: ShowId; media_owes: 'drop' | 'stop' }>`
    select id, media_owes from stage_show.shows where media_owes is not null
    limit ${limit}`.execute(db)
  return rows
}

/** Only what was done is ticked off: meanwhile something else may be owed. */
export async function clearOwed(db: Tx, id: ShowId, what: 'drop' | 'stop'): Promise<void> {
  await sql`
    update stage_show.shows set media_owes = null
    where id = ${id} and media_owes = ${what}`.execute(db)
}
