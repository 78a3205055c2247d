import { sql, type QueryExecutorProvider } from 'kysely'
import type { PersonId, ShowId } from '#kernel'
import type { Hand } from './contract.ts'
import type { Decision, GuestRow, StageRow } from './model.ts'

type Tx = QueryExecutorProvider

/** The stage of a show, made at its first use; every change of it waits for the one before. */
export async function lockStage(tx: Tx, showId: ShowId): Promise<StageRow> {
  await sql`
    insert into stage_backstage.stages (show_id, revision, layout, spotlight, media_owes)
    values (${showId}, 0, 'side', 'host', false) on conflict do nothing`.execute(tx)
  const { rows } = await sql<StageRow>`
    select show_id, revision, layout, spotlight from stage_backstage.stages
    where show_id = ${showId} for update`.execute(tx)
  return rows[0]!
}

export interface PictureRow {
  readonly showId: ShowId
  readonly key: string
  readonly round: number
}

const picture = sql.raw('show_id as "showId", key, round')

export async function selectPicture(db: Tx, showId: ShowId): Promise<PictureRow | undefined> {
  const { rows } = await sql<PictureRow>`
    select ${picture} from stage_backstage.pictures where show_id = ${showId}`.execute(db)
  return rows[0]
}

export async function selectPictureByKey(
  db: Tx, keyHash: string,
): Promise<PictureRow | undefined> {
  const { rows } = await sql<PictureRow>`
    select ${picture} from stage_backstage.pictures where key_hash = ${keyHash}`.execute(db)
  return rows[0]
}

/** In place of the one before; the stage must be locked. */
export async function putPicture(
  tx: Tx, showId: ShowId, key: string, keyHash: string,
): Promise<void> {
  await sql`
    insert into stage_backstage.pictures (show_id, key, key_hash, round)
    values (${showId}, ${key}, ${keyHash}, 1)
    on conflict (show_id) do update set key = excluded.key, key_hash = excluded.key_hash,
      round = stage_backstage.pictures.round + 1`.execute(tx)
}

export async function selectStage(db: Tx, showId: ShowId): Promise<StageRow | undefined> {
  const { rows } = await sql<StageRow>`
    select show_id, revision, layout, spotlight from stage_backstage.stages
    where show_id = ${showId}`.execute(db)
  return rows[0]
}

const guest = sql.raw('id, show_id, state, name, language, mute, person_id, place, expires_at_ms')

/** Those who are here, and invitations that still let somebody in. */
export async function selectGuests(db: Tx, showId: ShowId, nowMs: number): Promise<GuestRow[]> {
  const { rows } = await sql<GuestRow>`
    select ${guest} from stage_backstage.guests
    where show_id = ${showId} and (state in ('waiting', 'on_stage')
      or (state = 'invited' and expires_at_ms > ${nowMs}))
    order by place, id`.execute(db)
  return rows
}

export async function insertGuest(tx: Tx, row: {
  id: string; showId: ShowId; tokenHash: string; name: string; personId: PersonId | null
  by: PersonId; nowMs: number; expiresAtMs: number
}): Promise<void> {
  await sql`
    insert into stage_backstage.guests (id, show_id, state, token_hash, name, language, mute,
      person_id, place, invited_by, invited_at_ms, expires_at_ms)
    values (${row.id}, ${row.showId}, 'invited', ${row.tokenHash}, ${row.name}, '', 'open',
      ${row.personId}, (select coalesce(max(place), 0) + 1 from stage_backstage.guests
        where show_id = ${row.showId}), ${row.by}, ${row.nowMs}, ${row.expiresAtMs})`.execute(tx)
}

export async function selectByToken(
  db: Tx, tokenHash: string, nowMs: number,
): Promise<GuestRow | undefined> {
  const { rows } = await sql<GuestRow>`
    select ${guest} from stage_backstage.guests
    where token_hash = ${tokenHash} and state = 'invited' and expires_at_ms > ${nowMs}
  `.execute(db)
  return rows[0]
}

/** Spends the link; undefined when it is spent, withdrawn or too old by now. */
export async function enter(tx: Tx, given: {
  tokenHash: string; keyHash: string; name: string; language: string; nowMs: number
}): Promise<GuestRow | undefined> {
  const { rows } = await sql<GuestRow>`
    update stage_backstage.guests
    set state = 'waiting', key_hash = ${given.keyHash}, name = ${given.name},
      language = ${given.language}
    where token_hash = ${given.tokenHash} and state = 'invited'
      and expires_at_ms > ${given.nowMs} returning ${guest}`.execute(tx)
  return rows[0]
}

/** Also those who are gone: they hear that they are. */
export async function selectByKey(db: Tx, keyHash: string): Promise<GuestRow | undefined> {
  const { rows } = await sql<GuestRow>`
    select ${guest} from stage_backstage.guests where key_hash = ${keyHash}`.execute(db)
  return rows[0]
}

/** Writes what was decided; the stage must be locked. Keys of those who go stay known: a page that
 *  is still open learns that it has to end. */
export async function apply(
  tx: Tx, showId: ShowId, decision: Decision, nowMs: number,
): Promise<void> {
  const { guest: changed, stage } = decision
  if (changed) {
    await sql`
      update stage_backstage.guests set state = coalesce(${changed.state ?? null}, state),
        mute = coalesce(${changed.mute ?? null}, mute),
        ended_at_ms = case when ${changed.state ?? null} in ('left', 'removed')
          then ${nowMs}::bigint else ended_at_ms end
      where id = ${changed.id} and show_id = ${showId}`.execute(tx)
  }
  await sql`
    update stage_backstage.stages set revision = revision + 1, media_owes = true,
      layout = coalesce(${stage?.layout ?? null}, layout),
      spotlight = coalesce(${stage?.spotlight ?? null}, spotlight)
    where show_id = ${showId}`.execute(tx)
}

/** The ids of those who had to go. */
export async function endAll(tx: Tx, showId: ShowId, nowMs: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    update stage_backstage.guests set state = 'left', ended_at_ms = ${nowMs}
    where show_id = ${showId} and state in ('invited', 'waiting', 'on_stage')
    returning id`.execute(tx)
  await sql`delete from stage_backstage.hands where show_id = ${showId}`.execute(tx)
  return rows.map(({ id }) => id)
}

export async function selectOwed(db: Tx, limit: number): Promise<ShowId[]> {
  const { rows } = await sql<{ show_id: ShowId }>`
    select show_id from stage_backstage.stages where media_owes limit ${limit}`.execute(db)
  return rows.map((row) => row.show_id)
}

export async function clearOwed(db: Tx, showId: ShowId, revision: number): Promise<void> {
  await sql`
    update stage_backstage.stages set media_owes = false
    where show_id = ${showId} and revision = ${revision}`.execute(db)
}

export async function selectHands(db: Tx, showId: ShowId, limit: number): Promise<Hand[]> {
  const { rows } = await sql<{ person_id: string; name: string; raised_at_ms: number }>`
    select person_id, name, raised_at_ms from stage_backstage.hands
    where show_id = ${showId} order by raised_at_ms, person_id limit ${limit}`.execute(db)
  return rows.map((row) =>
    ({ personId: row.person_id, name: row.name, raisedAtMs: Number(row.raised_at_ms) }))
}

/** One hand for a person; beyond the limit none is taken. */
export async function raiseHand(db: Tx, given: {
  showId: ShowId; personId: PersonId; name: string; nowMs: number; most: number
}): Promise<void> {
  await sql`
    insert into stage_backstage.hands (show_id, person_id, name, raised_at_ms)
    select ${given.showId}, ${given.personId}, ${given.name}, ${given.nowMs}::bigint
    where (select count(*) from stage_backstage.hands where show_id = ${given.showId})
      < ${given.most}
    on conflict do nothing`.execute(db)
}

/** The name it was raised under; null when it was not. */
export async function lowerHand(
  db: Tx, showId: ShowId, personId: PersonId,
): Promise<string | null> {
  const { rows } = await sql<{ name: string }>`
    delete from stage_backstage.hands
    where show_id = ${showId} and person_id = ${personId} returning name`.execute(db)
  return rows[0]?.name ?? null
}

export async function isHandUp(db: Tx, showId: ShowId, personId: PersonId): Promise<boolean> {
  const { rows } = await sql`
    select 1 from stage_backstage.hands
    where show_id = ${showId} and person_id = ${personId}`.execute(db)
  return rows.length > 0
}

export async function selectInvited(
  db: Tx, showId: ShowId, personId: PersonId, nowMs: number,
): Promise<GuestRow | undefined> {
  const { rows } = await sql<GuestRow>`
    select ${guest} from stage_backstage.guests
    where show_id = ${showId} and person_id = ${personId} and state = 'invited'
      and expires_at_ms > ${nowMs} order by id desc limit 1`.execute(db)
  return rows[0]
}

/** A new link for the same invitation; the one before opens nothing any more. */
export async function renewToken(db: Tx, id: string, tokenHash: string): Promise<void> {
  await sql`
    update stage_backstage.guests set token_hash = ${tokenHash}
    where id = ${id} and state = 'invited'`.execute(db)
}
