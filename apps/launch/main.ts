import { join } from 'node:path'
import { Refused, checkNode } from './preflight.ts'

try {
  checkNode(process.versions.node)
  // Loaded after the check: an older Node would stop at what it does not know.
  const { launch } = await import('./launch.ts')
  process.exit(await launch(process.argv.slice(2), { root: join(import.meta.dirname, '..', '..') }))
} catch (error) {
  process.stderr.write(`${error instanceof Refused ? error.message : (error as Error).stack}\n`)
  process.exit(1)
}
