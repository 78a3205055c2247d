/** The names that the rooms of one module are stamped with. */
export interface ModuleNames {
  readonly wing: string
  readonly name: string
  /** Prefix of its spec rules, e.g. `STK`. */
  readonly prefix: string
}

const words = (text: string) => text.split('-')
const capital = (word: string) => word[0]!.toUpperCase() + word.slice(1)

function forms({ wing, name, prefix }: ModuleNames) {
  const pascal = words(name).map(capital).join('')
  const schema = `${wing}_${name.replaceAll('-', '_')}`
  return {
    wing, name, prefix, pascal, schema,
    camel: pascal[0]!.toLowerCase() + pascal.slice(1),
    code: `${wing}.${name.replaceAll('-', '_')}`,
    tables: `${capital(wing)}${pascal}Tables`,
    fact: `${pascal}EntryAdded`,
  }
}

type Forms = ReturnType<typeof forms>

const spec = ({ wing, name, prefix, schema }: Forms) => `# ${wing}/${name}

Owns: the tables of \`${schema}\`.
Refuses: see \`refusalCodes\` in contract.ts.
Words: an *entry* has a name and the moment it was added.
Limits: see \`contract.ts\`.

## Rules

- ${prefix}1 An entry has a name; blanks around it do not count, and blanks alone are refused.
- ${prefix}2 An entry is added together with its fact, or not at all.
`

const contract = ({ name, pascal, camel, code }: Forms) =>
  `import Type, { type Static } from 'typebox'
import type { Api, Refusal, RefusalDoc, Result } from '#kernel'

/** Limits: lengths in characters. */
export const ${camel}Limits = { nameLength: 80 } as const

/** Every refusal of this module. */
export const refusalCodes = [
  { code: '${code}.name_empty', status: 422, doc: 'The name is nothing but blanks.' },
] as const satisfies readonly RefusalDoc[]

/** A code of this module. */
export type ${pascal}Refusal = (typeof refusalCodes)[number]['code']

/** One entry; the moment in milliseconds since 1970 UTC. */
export const EntrySchema = Type.Object({
  id: Type.String(), name: Type.String(), addedAtMs: Type.Integer(),
})
/** See EntrySchema. */
export type Entry = Static<typeof EntrySchema>

/** HTTP surface. */
export const api = {
  'POST /api/${name}': {
    act: '${camel}.edit', doc: 'Adds an entry.',
    body: Type.Object(
      { name: Type.String({ maxLength: ${camel}Limits.nameLength }) },
      { additionalProperties: false },
    ),
    reply: EntrySchema,
  },
} as const satisfies Api

/** What others ask of this module. */
export interface ${pascal} {
  /** Adds an entry; refuses \`name_empty\`. */
  add(input: { name: string }): Promise<Result<Entry, Refusal<${pascal}Refusal>>>
}
`

const events = ({ fact }: Forms) => `import Type from 'typebox'
import type { FactKind } from '#kernel'

/** An entry was added. */
export const ${fact} = {
  name: '${fact}', version: 1, doc: 'An entry was added.',
  payload: Type.Object({ entryId: Type.String(), name: Type.String() }),
} as const satisfies FactKind

/** All facts of this module. */
export const facts = [${fact}] as const satisfies readonly FactKind[]
`

const model = ({ code, pascal }: Forms) => `import { ok, refuse } from '#kernel'
import type { Refusal, Result } from '#kernel'
import type { Entry, ${pascal}Refusal } from './contract.ts'

export function decideEntry(
  id: string, name: string, nowMs: number,
): Result<Entry, Refusal<${pascal}Refusal>> {
  const trimmed = name.trim()
  if (trimmed === '') return refuse('${code}.name_empty')
  return ok({ id, name: trimmed, addedAtMs: nowMs })
}
`

const store = ({ schema, tables }: Forms) => `import type { Transaction } from 'kysely'
import type { Entry } from './contract.ts'
import type { ${tables} } from './tables.ts'

export type Tx = Transaction<${tables}>

export async function insertEntry(tx: Tx, entry: Entry): Promise<void> {
  await tx.insertInto('${schema}.entries')
    .values({ id: entry.id, name: entry.name, added_at_ms: entry.addedAtMs })
    .execute()
}
`

const index = ({ pascal, fact }: Forms) =>
  `import type { Clock, Ids, Transactor, WriteFacts } from '#kernel'
import type { ${pascal} } from './contract.ts'
import { ${fact} } from './events.ts'
import { decideEntry } from './model.ts'
import { insertEntry } from './store.ts'
import type { Tx } from './store.ts'

export interface ${pascal}Deps {
  readonly transactor: Transactor<Tx>
  readonly writeFacts: WriteFacts<Tx>
  readonly clock: Clock
  readonly ids: Ids
}

export function make${pascal}(deps: ${pascal}Deps): ${pascal} {
  return {
    async add(input) {
      const nowMs = deps.clock.nowMs()
      const decided = decideEntry(deps.ids.make('ent'), input.name, nowMs)
      if (!decided.ok) return decided
      const entry = decided.value
      await deps.transactor.transaction(async (tx) => {
        await insertEntry(tx, entry)
        await deps.writeFacts(tx, [{
          id: deps.ids.make('fct'),
          name: ${fact}.name,
          version: ${fact}.version,
          aggregate: entry.id,
          atMs: nowMs,
          payload: { entryId: entry.id, name: entry.name },
        }])
      })
      return decided
    },
  }
}

export { make${pascal}Routes } from './routes.ts'
export type { Tx as ${pascal}Tx } from './store.ts'
`

const routes = ({ pascal, camel, name }: Forms) => `import { routeTable } from '#kernel'
import type { RouteTable } from '#kernel'
import { api } from './contract.ts'
import type { ${pascal} } from './contract.ts'

export const make${pascal}Routes = (${camel}: ${pascal}): RouteTable => routeTable(api, {
  'POST /api/${name}': (call) => ${camel}.add(call.body),
})
`

const testing = ({ prefix, pascal }: Forms) => `import { expect, test } from 'vitest'
import type { ${pascal} } from './contract.ts'

/** An implementation under test, and what it has kept: in a database or in memory. */
export interface Subject {
  readonly subject: ${pascal}
  /** From now on the writing of facts fails. */
  breakFacts(): void
  kept(): Promise<{ readonly entries: readonly string[]; readonly facts: number }>
}

/** Every implementation answers these. */
export function conformance(make: () => Promise<Subject>): void {
  test('${prefix}2 keeps the entry and its fact', async () => {
    const { subject, kept } = await make()
    expect(await subject.add({ name: ' Silk ' })).toMatchObject({ ok: true })
    expect(await kept()).toEqual({ entries: ['Silk'], facts: 1 })
  })

  test('${prefix}2 keeps neither when the fact cannot be written', async () => {
    const { subject, breakFacts, kept } = await make()
    breakFacts()
    await expect(subject.add({ name: 'Silk' })).rejects.toThrow('fact')
    expect(await kept()).toEqual({ entries: [], facts: 0 })
  })
}
`

const unitTest = ({ prefix, pascal, code }: Forms) =>
  `import { describe, expect, test } from 'vitest'
import { makeIds, makeManualClock, makeSeededRandom } from '#kernel'
import { make${pascal} } from './index.ts'
import { decideEntry } from './model.ts'
import type { Tx } from './store.ts'
import { conformance } from './testing.ts'

describe('model', () => {
  test('${prefix}1 trims the name', () => {
    expect(decideEntry('ent_1', ' Silk ', 7)).toEqual(
      { ok: true, value: { id: 'ent_1', name: 'Silk', addedAtMs: 7 } })
  })

  test.each(['', ' ', '\\t\\n', '\\u3000'])('${prefix}1 refuses blanks: %j', (name) => {
    expect(decideEntry('ent_1', name, 7)).toEqual(
      { ok: false, refusal: { code: '${code}.name_empty' } })
  })
})

conformance(async () => {
  const entries: string[] = []
  let facts = 0
  let isBroken = false
  const clock = makeManualClock()
  const subject = make${pascal}({
    clock, ids: makeIds({ clock, random: makeSeededRandom(1) }),
    transactor: {
      async transaction(run) {
        const rows: string[] = []
        const insertInto = () => ({
          values: (row: { name: string }) => ({ execute: async () => void rows.push(row.name) }),
        })
        const answer = await run({ insertInto } as unknown as Tx)
        entries.push(...rows)
        return answer
      },
    },
    async writeFacts(_tx, written) {
      if (isBroken) throw new Error('the fact was not written')
      facts += written.length
    },
  })
  return {
    subject,
    breakFacts: () => { isBroken = true },
    kept: async () => ({ entries, facts }),
  }
})
`

const schema = ({ schema: name }: Forms) => `create table ${name}.entries (
  id text primary key,
  name text not null check (name <> ''),
  added_at_ms bigint not null
);
`

/** The rooms of a new module, by path from its folder. They pass the check as they are. */
export function stampRooms(names: ModuleNames): Record<string, string> {
  const all = forms(names)
  return {
    'SPEC.md': spec(all),
    'contract.ts': contract(all),
    'events.ts': events(all),
    'index.ts': index(all),
    'model.ts': model(all),
    'store.ts': store(all),
    'routes.ts': routes(all),
    'testing.ts': testing(all),
    [`${names.name}.test.ts`]: unitTest(all),
    'schema/0001_start.sql': schema(all),
  }
}

const SENTENCES: Readonly<Record<string, string>> = {
  en: 'The name is empty. Write one first.',
  'zh-Hans': '名称为空。请先填写名称。',
  ar: 'الاسم فارغ. اكتب اسمًا أولًا.',
}

/** A catalog with the sentence for the refusal of a stamped module. */
export function stampWords(names: ModuleNames, language: string, catalog: string): string {
  const sentence = SENTENCES[language]
  if (!sentence) return catalog
  const words = JSON.parse(catalog) as Record<string, string>
  words[`refusal.${forms(names).code}.name_empty`] = sentence
  return `${JSON.stringify(words, null, 2)}\n`
}
