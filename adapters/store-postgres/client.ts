import { createHash } from 'node:crypto'
import { Client, types } from 'pg'
import type { CustomTypesConfig } from 'pg'
import { assert } from '#kernel'
import { toFault } from './faults.ts'

const NAMES_LIMIT = 1000
const SEEN_LIMIT = 4000
const NAMED_TEXT_LIMIT = 20_000

/** Gives a repeated SQL text a stable name, so that PostgreSQL parses and plans it once. Texts that
 *  come once (a list of changing length) get none: names stay in the server's memory. */
export function makeStatementNames() {
  const names = new Map<string, string>()
  const seen = new Set<string>()
  return (text: string): string | undefined => {
    const known = names.get(text)
    if (known) return known
    if (names.size >= NAMES_LIMIT || text.length > NAMED_TEXT_LIMIT) return undefined
    if (!seen.has(text)) {
      if (seen.size >= SEEN_LIMIT) seen.clear()
      seen.add(text)
      return undefined
    }
    seen.delete(text)
    const name = `s_${createHash('sha256').update(text).digest('base64url').slice(0, 22)}`
    names.set(text, name)
    return name
  }
}

const nameFor = makeStatementNames()

/** A `pg` client with named statements and faults instead of socket errors. */
export class StoreClient extends Client {
  constructor(config: ConstructorParameters<typeof Client>[0]) {
    super(config)
    // Without a listener a connection that breaks between two queries would end the process;
    // the query that runs, or the next one, is told anyway.
    this.on('error', () => {})
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- as many forms as `pg` has overloads
  override query(...given: any[]): any {
    const [text, values] = given
    const isPlain = typeof text === 'string' && Array.isArray(values) && values.length > 0
    const name = isPlain ? nameFor(text) : undefined
    if (name) given.splice(0, 2, { name, text, values })
    const answer = super.query(...given as Parameters<Client['query']>) as unknown
    if (!(answer instanceof Promise)) return answer
    return answer.catch((error: unknown) => { throw toFault(error) })
  }
}

function parseWhole(text: string): number {
  const value = Number(text)
  assert(Number.isSafeInteger(value), `${text} does not fit a number: read it as text`)
  return value
}

const INT8 = 20
const INT8_ARRAY = 1016

/** int8 as number: every amount and time of ours fits; one that does not is a bug, never rounded.
 *  */
export const parsers: CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format !== 'binary' && oid === INT8) return parseWhole
    if (format !== 'binary' && oid === INT8_ARRAY) {
      const parseTexts =
        types.getTypeParser(INT8_ARRAY as number, 'text') as (text: string) => (string | null)[]
      return (text: string) => parseTexts(text).map((one) => one === null ? null : parseWhole(one))
    }
    return types.getTypeParser(oid, format as 'text')
  },
} as CustomTypesConfig
