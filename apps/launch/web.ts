import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { exitWithParent, tellReady } from './child.ts'

interface Builder {
  buildWeb(options: { root: string; log: (line: string) => void }): Promise<{ dir: string }>
}

// In a process of its own: the bundler's memory is given back, and PostgreSQL starts meanwhile.
exitWithParent()
const root = process.argv[2]!
const path = join(root, 'tools', 'build-web.ts')
try {
  if (existsSync(path)) {
    const { buildWeb } = await import(pathToFileURL(path).href) as Builder
    tellReady(await buildWeb({ root, log: (line) => process.stderr.write(`${line}\n`) }))
  } else {
    tellReady()
  }
} catch (error) {
  process.stderr.write(`${(error as Error).stack}\n`)
  // The last line is the one that people are shown.
  const [first = ''] = (error as Error).message.split('\n')
  process.stderr.write(`The web pages could not be built: ${first.trim()} `
    + '(logs/web.log in the data folder)\n')
  process.exitCode = 2
}
