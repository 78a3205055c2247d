import type { FactKind } from '#kernel'
import { cell, importModules } from './lib/import-modules.ts'
import type { Imported } from './lib/import-modules.ts'
import { rootFromArguments } from './lib/run.ts'
import { writeOrCompare } from './lib/write.ts'

const HEAD = `# Facts

Generated from the events of the modules: \`npm run generate\`. A fact is written in the transaction
of the change and delivered at least once. Fields are added freely; a change of meaning is a new
version.
`

/** The part of JSON Schema that payloads use. */
interface Schema {
  readonly type?: string
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly description?: string
}

function typeName(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' or ')
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeName))].join(' or ')
  if (schema.type === 'array') return `list of ${typeName(schema.items ?? {})}`
  return schema.type ?? 'any'
}

interface Field { readonly name: string; readonly schema: Schema; readonly isRequired: boolean }

/** Fields of nested objects and lists of objects follow their parent: `lines[].quantity`. */
function fieldsOf(schema: Schema, prefix = ''): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const name = `${prefix}${key}`
    const isRequired = schema.required?.includes(key) ?? false
    const inner = value.type === 'array' ? value.items ?? {} : value
    const path = value.type === 'array' ? `${name}[].` : `${name}.`
    return [{ name, schema: value, isRequired }, ...fieldsOf(inner, path)]
  })
}

function factSection(fact: FactKind): string {
  const fields = fieldsOf(fact.payload as Schema)
  const hasMeaning = fields.some(({ schema }) => schema.description)
  const rows = fields.map(({ name, schema, isRequired }) => [
    `\`${name}\``, typeName(schema), isRequired ? 'always' : 'when known',
    ...(hasMeaning ? [schema.description] : []),
  ])
  const head = ['field', 'type', 'present', ...(hasMeaning ? ['meaning'] : [])]
  const table = [head, head.map(() => '---'), ...rows]
    .map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n')
  const body = fields.length === 0 ? 'No fields.' : table
  return `\n### ${fact.name} v${fact.version}\n\n${fact.doc}\n\n${body}\n`
}

function factsOf({ path, exports }: Imported): readonly FactKind[] {
  const facts = exports['facts']
  if (!Array.isArray(facts)) throw new Error(`${path}: exports no list named facts`)
  for (const fact of facts as FactKind[]) {
    if (!/^[A-Z][A-Za-z0-9]+$/.test(fact.name)) throw new Error(`${path}: fact "${fact.name}"`)
    if (!fact.doc.trim()) throw new Error(`${path}: ${fact.name} has no doc`)
  }
  return facts as FactKind[]
}

function refuseTwins(facts: readonly FactKind[]): void {
  const seen = new Set<string>()
  for (const { name, version } of facts) {
    if (seen.has(`${name} ${version}`)) throw new Error(`two facts are named ${name} v${version}`)
    seen.add(`${name} ${version}`)
  }
}

const root = rootFromArguments()
try {
  const modules = (await importModules(root, 'events.ts'))
    .map((imported) => ({ module: imported.module, facts: factsOf(imported) }))
    .filter(({ facts }) => facts.length > 0)
  refuseTwins(modules.flatMap(({ facts }) => facts))
  const sections = modules.map(({ module, facts }) =>
    `\n## ${module}\n${facts.map(factSection).join('')}`)
  writeOrCompare(root, { 'docs/events.md': HEAD + sections.join('') }, 'npm run generate')
} catch (error) {
  console.log((error as Error).message)
  console.log('the events cannot be read')
  process.exitCode = 1
}
