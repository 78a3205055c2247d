import { isCode, isGenerated, isTesting, lineAt, literalTexts, moduleOf, parse } from './source.ts'
import type { Finding, SourceFile, TidyRule } from './source.ts'

// views may join; the lab checks what is stored; adapters have no tables of a module to read.
const GUARDED = /^(modules|flows|apps|adapters|sdk)\//

/** `trade/stock` -> `trade_stock`. */
export const schemaOf = (module: string): string => module.replace(/[/-]/g, '_')

interface Named { readonly schema: string; readonly start: number }

function schemasNamed(text: string, schemas: readonly string[], offset = 0): Named[] {
  return schemas.flatMap((schema) => {
    const inQuery = new RegExp(`(?<![\\w.])"?${schema}"?(?=\\s*\\.\\s*"?[a-z_])`, 'g')
    const hits = [...text.matchAll(inQuery)].map((hit) => ({ schema, start: offset + hit.index }))
    return text === schema ? [{ schema, start: offset }] : hits
  })
}

function namedIn(file: SourceFile, schemas: readonly string[]): Named[] {
  if (file.path.endsWith('.sql')) {
    return schemasNamed(file.text.replace(/--.*/g, (gone) => ' '.repeat(gone.length)), schemas)
  }
  return literalTexts(parse(file).program)
    .flatMap(({ text, start }) => schemasNamed(text, schemas, start))
}

/** No table is read by two modules: ask the owner, or build a view from facts. */
export const foreignTablesRule: TidyRule = {
  name: 'foreign-tables',
  check(files) {
    const modules = new Set(files.flatMap((file) => moduleOf(file.path) ?? []))
    const schemas = [...modules].map(schemaOf)
    const findings: Finding[] = []
    for (const file of files) {
      const isSql = file.path.endsWith('.sql')
      if (!GUARDED.test(file.path) || isTesting(file.path) || isGenerated(file.path)) continue
      if (!isSql && !isCode(file.path)) continue
      const module = moduleOf(file.path)
      const own = module ? schemaOf(module) : undefined
      const foreign = schemas.filter((schema) => schema !== own)
      for (const { schema, start } of namedIn(file, foreign)) {
        findings.push({
          rule: 'foreign-tables', path: file.path, line: lineAt(file.text, start),
          message: `names the tables of ${schema}: only that module may touch them`,
        })
      }
    }
    return findings
  },
}
