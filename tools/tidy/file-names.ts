import type { TidyRule } from './source.ts'

const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*$/
const MIGRATION = /^\d{4}_[a-z0-9]+(_[a-z0-9]+)*\.sql$/
const DOCUMENT = /^[A-Z]+\.md$/
// Reference data and message catalogs carry names from elsewhere: BCP 47 tags, official titles.
const FREE = /^(data|lab\/[^/]+\/data)\//
const LANGUAGE_TAG = /^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?\.(json|ts)$/
const TOP = [
  'kernel', 'formats', 'modules', 'flows', 'views', 'adapters', 'apps', 'ui', 'sdk', 'data', 'lab',
  'checks', 'tools', 'docs',
]
const CHECKED = new RegExp(`^(${TOP.join('|')})/`)

function nameIsRight(name: string, inSchema: boolean): boolean {
  if (name.endsWith('.sql')) return inSchema ? MIGRATION.test(name) : KEBAB.test(name.slice(0, -4))
  if (DOCUMENT.test(name) || name.startsWith('.') || LANGUAGE_TAG.test(name)) return true
  return name.split('.').every((piece) => KEBAB.test(piece))
}

/** Kebab-case files and folders; migrations `0001_start.sql`. */
export const fileNamesRule: TidyRule = {
  name: 'file-names',
  check: (files) => files
    .filter((file) => CHECKED.test(file.path) && !FREE.test(file.path))
    .flatMap((file) => {
      const folders = file.path.split('/')
      const name = folders.pop()!
      const inSchema = folders.at(-1) === 'schema'
      const wrong = folders.find((folder) => !KEBAB.test(folder) && !folder.startsWith('.'))
      const message = wrong ? `folder "${wrong}" is not kebab-case`
        : nameIsRight(name, inSchema) ? undefined
        : inSchema ? `"${name}" is not like 0001_start.sql` : `"${name}" is not kebab-case`
      return message ? [{ rule: 'file-names', path: file.path, line: 1, message }] : []
    }),
}
