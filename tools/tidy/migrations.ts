import { moduleOf } from './source.ts'
import type { Finding, TidyRule } from './source.ts'
import { schemaOf } from './foreign-tables.ts'

const CREATES = /\bcreate\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?([\w".]+)/gi

/** Migrations are numbered without a gap and create tables only in the schema of their module. */
export const migrationsRule: TidyRule = {
  name: 'migrations',
  check(files) {
    const findings: Finding[] = []
    const counts = new Map<string, number>()
    for (const file of files) {
      const module = moduleOf(file.path)
      const number = /\/schema\/(\d{4})_[^/]+\.sql$/.exec(file.path)?.[1]
      if (!module || !number) continue
      const say = (message: string) =>
        findings.push({ rule: 'migrations', path: file.path, line: 1, message })
      const expected = (counts.get(module) ?? 0) + 1
      counts.set(module, expected)
      if (Number(number) !== expected) {
        say(`is number ${Number(number)}, the next one is ${expected}`)
      }
      const schema = schemaOf(module)
      for (const [, table] of file.text.replace(/--.*/g, '').matchAll(CREATES)) {
        const home = table!.replaceAll('"', '').split('.')
        if (home.length !== 2 || home[0] !== schema) say(`table ${table} is not in ${schema}`)
      }
    }
    return findings
  },
}
