import { sql, type QueryExecutorProvider } from 'kysely'
import type { ShowId } from '#kernel'
import { replayLimits, type RemovedWhy, type ReplayRow } from './contract.ts'

type Tx = QueryExecutorProvider

/** The row as the module uses it. */
export interface KeptReplay extends ReplayRow {
  readonly hasCut: boolean
  readonly owesMedia: boolean
  readonly removedWhy: RemovedWhy | null
  readonly removingAtMs: number | null
  readonly removedAtMs: number | null
}

interface Row {
  show_id: ShowId; started_at_ms: number | null; ended_at_ms: number | null
  has_cut: boolean
  owes_media: boolean; in_ms: number; out_ms: number | null; is_public: boolean
  removed_why: RemovedWhy | null
  removing_at_ms: number | null; removed_at_ms: number | null
}

const orNull = (value: number | null): number | null => (value === null ? null : Number(value))

const toReplay = (row: Row): KeptReplay => ({
  showId: row.show_id, startedAtMs: orNull(row.started_at_ms), endedAtMs: orNull(row.ended_at_ms),
  hasCut: row.has_cut, owesMedia: row.owes_media, inMs: Number(row.in_ms),
  outMs: orNull(row.out_ms),
  isPublic: row.is_public, isRemoved: row.removing_at_ms !== null, removedWhy: row.removed_why,
  removingAtMs: orNull(row.removing_at_ms), removedAtMs: orNull(row.removed_at_ms),
})

export async function noteStarted(db: Tx, showId: string, atMs: number): Promise<void> {
  await sql`
    insert into stage_replay.replays (show_id, started_at_ms) values (${showId}, ${atMs})
    on conflict (show_id) do update
      set started_at_ms = coalesce(replays.started_at_ms, excluded.started_at_ms)`.execute(db)
}

/** The first time only: an end that is told again owes nothing more. */
export async function noteEnded(db: Tx, showId: string, atMs: number): Promise<void> {
  await sql`
    insert into stage_replay.replays (show_id, ended_at_ms, owes_media)
    values (${showId}, ${atMs}, true)
    on conflict (show_id) do update set ended_at_ms = excluded.ended_at_ms, owes_media = true
      where replays.ended_at_ms is null`.execute(db)
}

export async function notePin(
  db: Tx, pin: { showId: string; id: string; atMs: number; productId: string | null },
): Promise<void> {
  await sql`
    insert into stage_replay.pins (show_id, id, wall_ms, product_id)
    select ${pin.showId}, ${pin.id}, ${pin.atMs}::bigint, ${pin.productId}
    where (select count(*) from stage_replay.pins where show_id = ${pin.showId})
      < ${replayLimits.pinsMax}::int
    on conflict (show_id, id) do nothing`.execute(db)
}

export async function selectReplay(db: Tx, showId: ShowId): Promise<KeptReplay | undefined> {
  const { rows } = await sql<Row>`
    select * from stage_replay.replays where show_id = ${showId}`.execute(db)
  return rows[0] && toReplay(rows[0])
}

/** Of those that have ended and are still there; oldest first. */
export async function selectKept(db: Tx): Promise<KeptReplay[]> {
  const { rows } = await sql<Row>`
    select * from stage_replay.replays where ended_at_ms is not null and removing_at_ms is null
    order by ended_at_ms`.execute(db)
  return rows.map(toReplay)
}

export interface PinRow {
  readonly id: string
  readonly wallMs: number
  readonly productId: string | null
  readonly title: string | null
  readonly isHidden: boolean
}

export async function selectPins(db: Tx, showId: ShowId): Promise<PinRow[]> {
  const { rows } = await sql<{
    id: string; wall_ms: number; product_id: string | null; title: string | null
    is_hidden: boolean
  }>`
    select id, wall_ms, product_id, title, is_hidden from stage_replay.pins
    where show_id = ${showId} order by wall_ms, id`.execute(db)
  return rows.map((row) => ({
    id: row.id, wallMs: Number(row.wall_ms), productId: row.product_id, title: row.title,
    isHidden: row.is_hidden,
  }))
}

/** False when the show has no such chapter. */
export async function updatePin(
  db: Tx, showId: ShowId, id: string, change: { title: string | null; isHidden: boolean },
): Promise<boolean> {
  const { rows } = await sql`
    update stage_replay.pins set title = ${change.title}, is_hidden = ${change.isHidden}
    where show_id = ${showId} and id = ${id} and product_id is not null
    returning id`.execute(db)
  return rows.length > 0
}

export async function updateCut(
  db: Tx, showId: ShowId, cut: { inMs: number; outMs: number | null },
): Promise<void> {
  await sql`
    update stage_replay.replays
    set has_cut = true, in_ms = ${cut.inMs}, out_ms = ${cut.outMs}, owes_media = true
    where show_id = ${showId}`.execute(db)
}

/** The first cut, unless a person has made one meanwhile. */
export async function insertCut(db: Tx, showId: ShowId, inMs: number): Promise<void> {
  await sql`
    update stage_replay.replays set has_cut = true, in_ms = ${inMs}
    where show_id = ${showId} and not has_cut`.execute(db)
}

export async function updatePublic(db: Tx, showId: ShowId, isPublic: boolean): Promise<void> {
  await sql`
    update stage_replay.replays set is_public = ${isPublic}, owes_media = true
    where show_id = ${showId}`.execute(db)
}

export async function selectOwing(db: Tx, limit: number): Promise<KeptReplay[]> {
  const { rows } = await sql<Row>`
    select * from stage_replay.replays where owes_media and removing_at_ms is null
    limit ${limit}`.execute(db)
  return rows.map(toReplay)
}

/** Only what was told is ticked off: meanwhile it may have changed again. */
export async function clearOwing(db: Tx, told: KeptReplay): Promise<void> {
  await sql`
    update stage_replay.replays set owes_media = false
    where show_id = ${told.showId} and in_ms = ${told.inMs} and is_public = ${told.isPublic}
      and out_ms is not distinct from ${told.outMs}::bigint`.execute(db)
}

export async function markRemoving(
  db: Tx, showId: ShowId, why: RemovedWhy, nowMs: number,
): Promise<void> {
  await sql`
    update stage_replay.replays set removing_at_ms = ${nowMs}, removed_why = ${why}
    where show_id = ${showId} and removing_at_ms is null`.execute(db)
}

export async function markRemoved(db: Tx, showId: ShowId, nowMs: number): Promise<void> {
  await sql`
    update stage_replay.replays set removed_at_ms = ${nowMs}, owes_media = false
    where show_id = ${showId} and removing_at_ms is not null and removed_at_ms is null`.execute(db)
}

export async function selectRemoving(db: Tx, limit: number): Promise<ShowId[]> {
  const { rows } = await sql<{ show_id: ShowId }>`
    select show_id from stage_replay.replays
    where removing_at_ms is not null and removed_at_ms is null limit ${limit}`.execute(db)
  return rows.map((row) => row.show_id)
}
