import type { Client } from 'pg'

export interface Column {
  readonly table: string
  readonly name: string
  /** As PostgreSQL names it: `int8`, `text`, `_text` for an array. */
  readonly type: string
  readonly isNullable: boolean
  /** It need not be given when a row is inserted. */
  readonly hasDefault: boolean
  /** It may never be given. */
  readonly isComputed: boolean
  readonly values: readonly string[] | null
}

const COLUMNS = `
  select c.table_name as "table", c.column_name as name, c.udt_name as type,
    c.is_nullable = 'YES' as "isNullable",
    (c.column_default is not null or c.is_identity = 'YES') as "hasDefault",
    (c.is_generated = 'ALWAYS' or c.identity_generation = 'ALWAYS') is true as "isComputed",
    (select array_agg(e.enumlabel::text order by e.enumsortorder)
       from pg_enum e join pg_type t on t.oid = e.enumtypid
       join pg_namespace n on n.oid = t.typnamespace
      where t.typname = c.udt_name and n.nspname = c.udt_schema) as values
  from information_schema.columns c
  where c.table_schema = $1
  order by c.table_name, c.ordinal_position`

export const schemaName = (module: string): string => module.replace(/[/-]/g, '_')

export async function readColumns(client: Client, module: string): Promise<Column[]> {
  const { rows } = await client.query<Column>(COLUMNS, [schemaName(module)])
  return rows
}

const PLAIN: Readonly<Record<string, string>> = {
  int2: 'number', int4: 'number', int8: 'number', float4: 'number', float8: 'number',
  bool: 'boolean', text: 'string', varchar: 'string', bpchar: 'string', citext: 'string',
  uuid: 'string', inet: 'string', cidr: 'string', numeric: 'string', date: 'string',
  bytea: 'Uint8Array', name: 'string',
}

// What is read is any JSON; what is written is text that JSON.stringify made.
const asJson = (nullable: string) =>
  `ColumnType<unknown, string${nullable}, string${nullable}>`

function typeOf(column: Column): string {
  const { name, table, type } = column
  if (/^timestamp|^time|^interval/.test(type)) {
    throw new Error(`${table}.${name} is ${type}: keep a moment as bigint, named *_at_ms`)
  }
  if (column.values) return column.values.map((value) => `'${value}'`).join(' | ')
  if (type.startsWith('_')) return `${typeOf({ ...column, type: type.slice(1) })}[]`
  const plain = PLAIN[type]
  if (!plain) throw new Error(`${table}.${name} is ${type}, which tools/tables.ts does not know`)
  return plain
}

function printColumn(column: Column): string {
  const nullable = column.isNullable ? ' | null' : ''
  const isJson = column.type === 'jsonb' || column.type === 'json'
  const read = isJson ? asJson(nullable) : `${typeOf(column)}${nullable}`
  const type = column.isComputed ? `ColumnType<${isJson ? 'unknown' : read}, never, never>`
    : column.hasDefault ? `Generated<${read}>` : read
  return `  ${column.name}: ${type}`
}

const pascal = (text: string) => text.split(/[^a-z0-9]+/i).filter(Boolean)
  .map((word) => word[0]!.toUpperCase() + word.slice(1)).join('')

/** `tables.ts` of one module: an interface per table, and one that names them all. */
export function printTables(module: string, columns: readonly Column[]): string {
  const tables = [...new Set(columns.map((column) => column.table))]
  const bodies = tables.map((table) => {
    const own = columns.filter((column) => column.table === table)
    return `export interface ${pascal(table)}Table {\n${own.map(printColumn).join('\n')}\n}\n`
  })
  const schema = schemaName(module)
  const rows = tables.map((table) => `  '${schema}.${table}': ${pascal(table)}Table`)
  const all = `export interface ${pascal(module)}Tables {\n${rows.join('\n')}\n}\n`
  const used = ['ColumnType', 'Generated']
    .filter((name) => bodies.some((body) => body.includes(`${name}<`)))
  const header = [
    '// Generated from schema/*.sql: npm run generate',
    ...(used.length > 0 ? [`import type { ${used.join(', ')} } from 'kysely'`] : []),
  ]
  return [`${header.join('\n')}\n`, ...bodies, all].join('\n')
}
