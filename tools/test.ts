import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectRoot } from './lib/run.ts'
import { lastLine, tallyOf } from './lib/tally.ts'
import type { Report } from './lib/tally.ts'
import { preflight } from './preflight.ts'

const asked = process.argv.slice(2)

/** Runs one of our programs in front of the reader and answers its exit code. */
function show(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
  return new Promise((done) => {
    const child = spawn(process.execPath, args, {
      cwd: projectRoot, stdio: 'inherit', env: { ...process.env, ...env },
    })
    const pass = (signal: NodeJS.Signals) => child.kill(signal)
    process.once('SIGINT', pass)
    process.once('SIGTERM', pass)
    child.on('error', () => done(127))
    child.on('close', (code) => done(code ?? 1))
  })
}

function readReport(path: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Report
  } catch {
    return undefined
  }
}

async function check(): Promise<boolean> {
  if (asked.length > 0) {
    console.log('Some tests only: `npm run check` is left out.')
    return true
  }
  return await show([join(projectRoot, 'tools/check.ts')]) === 0
}

const browser = preflight()
if (browser === undefined) process.exit(1)

const isChecked = await check()
const folder = mkdtempSync(join(tmpdir(), 'silkcast-test-'))
const reportPath = join(folder, 'report.json')
const code = await show([
  join(projectRoot, 'node_modules/vitest/vitest.mjs'), 'run',
  '--reporter=default', '--reporter=json', `--outputFile.json=${reportPath}`, ...asked,
], { CHROMIUM_PATH: browser })

const tally = tallyOf(readReport(reportPath), code, !isChecked)
rmSync(folder, { recursive: true, force: true })
if (!isChecked) console.log('`npm run check` failed (see above): it counts as one failed test.')
console.log(lastLine(tally))
process.exitCode = tally.failed > 0 ? 1 : 0
