import { sql } from 'kysely'
import type { Fact } from '#kernel'
import type { Tx } from '../database.ts'

/** Writes facts in the transaction of their change, in the order given, with one statement. */
export async function writeFacts(tx: Tx, facts: readonly Fact[]): Promise<void> {
  if (facts.length === 0) return
  await sql`
    insert into house.outbox (id, name, version, aggregate, at_ms, payload)
    select id, name, version, aggregate, at_ms, payload::jsonb
    from unnest(
      ${facts.map((fact) => fact.id)}::text[], ${facts.map((fact) => fact.name)}::text[],
      ${facts.map((fact) => fact.version)}::int[], ${facts.map((fact) => fact.aggregate)}::text[],
      ${facts.map((fact) => fact.atMs)}::bigint[],
      ${facts.map((fact) => JSON.stringify(fact.payload ?? null))}::text[]
    ) with ordinality as given (id, name, version, aggregate, at_ms, payload, place)
    order by place`.execute(tx)
}
