import type { Insertable, Kysely, Selectable } from 'kysely'
import type { PersonId, SessionId } from '#kernel'
import type { Delivery, Purpose, Role } from './contract.ts'
import type { PeopleAccountsTables } from './tables.ts'

export interface PersonRow {
  readonly id: PersonId
  readonly email: string | null
  readonly displayName: string
  readonly isDemo: boolean
}

export function makeAccountsStore(db: Kysely<PeopleAccountsTables>) {
  const people = 'people_accounts.people' as const
  const toPerson = (row: Selectable<PeopleAccountsTables[typeof people]>): PersonRow => ({
    id: row.id as PersonId,
    email: row.email,
    displayName: row.display_name,
    isDemo: row.is_demo,
  })
  return {
    async readBySession(tokenHash: string, nowMs: number) {
      const row = await db
        .selectFrom('people_accounts.sessions as s')
        .innerJoin('people_accounts.people as p', 'p.id', 's.person_id')
        .select(['p.id', 'p.display_name', 'p.is_demo', 's.id as session_id', 's.purpose'])
        .where('s.token_hash', '=', tokenHash)
        .where('s.expires_at_ms', '>', nowMs)
        .executeTakeFirst()
      if (!row) return null
      const roles = await db
        .selectFrom('people_accounts.roles')
        .select('role')
        .where('person_id', '=', row.id)
        .execute()
      return {
        personId: row.id as PersonId,
        sessionId: row.session_id as SessionId,
        displayName: row.display_name,
        isDemo: row.is_demo,
        roles: roles.map((entry) => entry.role as Role),
        ...(row.purpose === null ? {} : { purpose: row.purpose as Purpose }),
      }
    },
    async readPerson(id: PersonId): Promise<PersonRow | null> {
      const row = await db.selectFrom(people).selectAll().where('id', '=', id).executeTakeFirst()
      return row ? toPerson(row) : null
    },
    async readByEmail(email: string): Promise<PersonRow | null> {
      const row = await db
        .selectFrom(people)
        .selectAll()
        .where('email', '=', email)
        .executeTakeFirst()
      return row ? toPerson(row) : null
    },
    async insertPerson(person: PersonRow, nowMs: number): Promise<void> {
      await db
        .insertInto(people)
        .values({
          id: person.id,
          email: person.email,
          display_name: person.displayName,
          is_demo: person.isDemo,
          created_at_ms: nowMs,
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },
    async rename(id: PersonId, displayName: string): Promise<void> {
      await db.updateTable(people).set({ display_name: displayName }).where('id', '=', id).execute()
    },
    async setRoles(id: PersonId, roles: readonly Role[]): Promise<void> {
      if (roles.length === 0) return
      await db
        .insertInto('people_accounts.roles')
        .values(roles.map((role) => ({ person_id: id, role })))
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },
    async insertSession(
      row: Insertable<PeopleAccountsTables['people_accounts.sessions']>,
    ): Promise<void> {
      await db.insertInto('people_accounts.sessions').values(row).execute()
    },
    async deleteSession(id: SessionId): Promise<void> {
      await db.deleteFrom('people_accounts.sessions').where('id', '=', id).execute()
    },
    async countLinks(email: string, sinceMs: number): Promise<number> {
      const row = await db
        .selectFrom('people_accounts.links')
        .select((e) => e.fn.countAll<number>().as('count'))
        .where('email', '=', email)
        // Only what was mailed: a code on a screen costs nobody a mail.
        .where('purpose', 'is', null)
        .where('created_at_ms', '>', sinceMs)
        .executeTakeFirstOrThrow()
      return Number(row.count)
    },
    async insertLink(
      row: Insertable<PeopleAccountsTables['people_accounts.links']>,
    ): Promise<void> {
      await db.insertInto('people_accounts.links').values(row).execute()
    },
    /** Uses a link up: one winner, whatever arrives at the same moment. */
    async takeLink(
      tokenHash: string,
      nowMs: number,
    ): Promise<{ email: string; purpose: Purpose | null } | null> {
      const row = await db
        .updateTable('people_accounts.links')
        .set({ used_at_ms: nowMs })
        .where('token_hash', '=', tokenHash)
        .where('used_at_ms', 'is', null)
        .where('expires_at_ms', '>', nowMs)
        .returning(['email', 'purpose'])
        .executeTakeFirst()
      return row ? { email: row.email, purpose: row.purpose as Purpose | null } : null
    },
    async insertDelivery(
      id: string,
      personId: PersonId,
      body: Delivery,
      nowMs: number,
    ): Promise<void> {
      await db
        .insertInto('people_accounts.deliveries')
        .values({
          id,
          person_id: personId,
          country: body.country,
          body: JSON.stringify(body),
          created_at_ms: nowMs,
        })
        .execute()
    },
    async readDelivery(personId: PersonId, id: string): Promise<Delivery | null> {
      const row = await db
        .selectFrom('people_accounts.deliveries')
        .select('body')
        .where('id', '=', id)
        .where('person_id', '=', personId)
        .executeTakeFirst()
      return (row?.body as Delivery | undefined) ?? null
    },
    async readLastDelivery(personId: PersonId): Promise<(Delivery & { id: string }) | null> {
      const row = await db
        .selectFrom('people_accounts.deliveries')
        .select(['id', 'body'])
        .where('person_id', '=', personId)
        .orderBy('created_at_ms', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row ? { id: row.id, ...(row.body as Delivery) } : null
    },
    async readCountries(ids: readonly string[]) {
      if (ids.length === 0) return []
      return db
        .selectFrom('people_accounts.deliveries')
        .select(['id', 'person_id', 'country'])
        .where('id', 'in', ids)
        .execute()
    },
    async readNames(ids: readonly PersonId[]) {
      if (ids.length === 0) return []
      return db.selectFrom(people).select(['id', 'display_name']).where('id', 'in', ids).execute()
    },
    async readAllRoles(id: PersonId): Promise<Role[]> {
      const rows = await db
        .selectFrom('people_accounts.roles')
        .select('role')
        .where('person_id', '=', id)
        .execute()
      return rows.map((row) => row.role as Role)
    },
    async sweep(nowMs: number): Promise<void> {
      await db.deleteFrom('people_accounts.sessions').where('expires_at_ms', '<', nowMs).execute()
      await db
        .deleteFrom('people_accounts.links')
        .where('expires_at_ms', '<', nowMs - 86_400_000)
        .execute()
    },
  }
}

export type AccountsStore = ReturnType<typeof makeAccountsStore>
