import { spawnSync } from 'node:child_process'
import { findBrowser, planBrowser, thisMachine } from './lib/browser.ts'

/** The path of a browser for the tests; installs one where it can, else says the one command. */
export function preflight(): string | undefined {
  const found = findBrowser()
  if (found) return found
  if (process.env['CHROMIUM_PATH']) {
    console.log(`CHROMIUM_PATH is ${process.env['CHROMIUM_PATH']}, where there is no browser.`)
    return undefined
  }
  const plan = planBrowser(thisMachine())
  if (plan.kind === 'ask') {
    console.log('The browser tests need Chromium or Chrome, and this machine has none. Run:')
    console.log(`\n    ${plan.command}\n`)
    console.log('or set CHROMIUM_PATH to where it is.')
    return undefined
  }
  console.log('The browser tests need Chromium, and this machine has none: installing it.')
  for (const [program, ...args] of plan.commands) {
    console.log(`$ ${program} ${args.join(' ')}`)
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const { status } = spawnSync(program!, args, { stdio: ['ignore', 'inherit', 'inherit'], env })
    if (status !== 0) {
      console.log(`${program} ended with ${status}: the browser could not be installed.`)
      return undefined
    }
  }
  return findBrowser()
}
