import { readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { Fault } from '#kernel'

/** Who runs PostgreSQL, when that is not the user who started us. */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

// Only what every machine has: nothing is added to the machine's users.
const PREFERRED = ['postgres', '_postgres', 'nobody', 'daemon']

function readAccounts(passwdPath: string): Account[] {
  let text: string
  try {
    text = readFileSync(passwdPath, 'utf8')
  } catch {
    return []
  }
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':')
    const account = { name: name ?? '', uid: Number(uid), gid: Number(gid) }
    return account.uid > 0 && account.gid >= 0 ? [account] : []
  })
}

export const isRoot = (): boolean => process.getuid?.() === 0

/** PostgreSQL refuses to run as root. Data that exists keeps the owner it has. */
export function chooseAccount(ownerUid?: number, passwdPath = '/etc/passwd'): Account | undefined {
  if (!isRoot()) return undefined
  const known = readAccounts(passwdPath)
  if (ownerUid !== undefined && ownerUid > 0) {
    return known.find((account) => account.uid === ownerUid)
      ?? { name: `user ${ownerUid}`, uid: ownerUid, gid: ownerUid }
  }
  for (const name of PREFERRED) {
    const account = known.find((other) => other.name === name)
    if (account) return account
  }
  throw new Fault('store.no_account', {
    message: 'PostgreSQL does not run as root, and this machine has no user `postgres` or `nobody` '
      + 'to run it as. Start as an ordinary user, or use --database-url.',
  })
}

const allows = (path: string, account: Account, bit: 1 | 2 | 4): boolean => {
  const { mode, uid, gid } = statSync(path)
  const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0
  return ((mode >> shift) & bit) !== 0
}

/** Judged by mode bits, without becoming that user: a closed folder above is enough to say no. */
export function canReach(path: string, account: Account | undefined, bit: 1 | 4): boolean {
  if (!account) return true
  try {
    let at = realpathSync(path)
    if (!allows(at, account, bit)) return false
    while (dirname(at) !== at) {
      at = dirname(at)
      if (!allows(at, account, 1)) return false
    }
    return true
  } catch {
    return false
  }
}

/** For spawn: the account's ids, and none of our environment that PostgreSQL would listen to. */
export function runAs(account: Account | undefined, cwd: string) {
  const ids = account ? { uid: account.uid, gid: account.gid } : {}
  const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }
  return { ...ids, cwd, env }
}
