import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Scripts that write a file into the tree; each takes `--check` and `--root`. */
const GENERATORS = {
  tables: 'tools/tables.ts',
  errors: 'tools/docs-errors.ts',
  events: 'tools/docs-events.ts',
} as const

export interface Generator {
  readonly name: string
  readonly script: string
}

export const generators = (root: string): Generator[] => Object.entries(GENERATORS)
  .map(([name, script]) => ({ name, script: join(root, script) }))
  .filter(({ script }) => existsSync(script))
