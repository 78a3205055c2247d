import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { thisMachine, type Machine } from './browser.ts'

const PLACES = ['/usr/sbin', '/usr/bin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin']
  .map((folder) => `${folder}/nginx`)

/** The nginx of this machine: NGINX_PATH, then the usual places. */
export const findNginx = (): string | undefined =>
  [process.env['NGINX_PATH'], ...PLACES].find((path) => path && existsSync(path))

export type NginxPlan =
  | { readonly kind: 'install'; readonly commands: readonly (readonly string[])[] }
  | { readonly kind: 'ask'; readonly command: string }

/** How a machine without nginx gets one: by us, or by the person with one command. */
export function planNginx(machine: Machine): NginxPlan {
  const isDebian = machine.hasApt && /^ID=debian$/m.test(machine.release)
  if (isDebian && machine.isRoot) {
    return {
      kind: 'install',
      commands: [['apt-get', 'update', '-q'],
        ['apt-get', 'install', '-y', '-q', '--no-install-recommends', 'nginx-light']],
    }
  }
  if (machine.platform === 'darwin') return { kind: 'ask', command: 'brew install nginx' }
  return { kind: 'ask', command: 'sudo apt-get install -y --no-install-recommends nginx-light' }
}

/** The path of an nginx for the tests; installs one where it can, else says the one command. */
export function needNginx(): string | undefined {
  const found = findNginx()
  if (found) return found
  const plan = planNginx(thisMachine())
  if (plan.kind === 'ask') {
    console.log(`The cache test needs nginx, and this machine has none. Run: ${plan.command}`)
    return undefined
  }
  for (const [program, ...args] of plan.commands) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const { status } = spawnSync(program!, args, { stdio: ['ignore', 'ignore', 'inherit'], env })
    if (status === 0) continue
    console.log(`${program} ended with ${status}: nginx could not be installed.`)
    return undefined
  }
  return findNginx()
}
