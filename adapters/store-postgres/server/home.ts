import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, statSync,
  writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Fault } from '#kernel'
import { canReach, chooseAccount, isRoot } from './account.ts'
import type { Account } from './account.ts'
import { systemFolder } from './binaries.ts'

/** Where one PostgreSQL lives: the folder asked for, or the reachable one it points to. */
export interface Home {
  readonly folder: string
  readonly cluster: string
  readonly account: Account | undefined
  readonly password: string
  /** True when the folder asked for could not be used and `folder` is elsewhere. */
  readonly isElsewhere: boolean
}

const POINTER = 'LOCATION'

function canHold(folder: string, account: Account): boolean {
  if (!canReach(folder, account, 1)) return false
  const probe = join(folder, `.probe-${process.pid}`)
  try {
    mkdirSync(probe, { mode: 0o700 })
    chownSync(probe, account.uid, account.gid)
    return statSync(probe).uid === account.uid
  } catch {
    return false
  } finally {
    rmSync(probe, { recursive: true, force: true })
  }
}

function readPointer(asked: string): string | undefined {
  const path = join(asked, POINTER)
  if (!existsSync(path)) return undefined
  const folder = readFileSync(path, 'utf8').trim()
  if (existsSync(join(folder, 'password'))) return folder
  throw new Fault('store.data_lost', {
    message: `The database of ${asked} was kept in ${folder}, which is gone. Bring it back, or `
      + `delete ${path} to start with an empty one.`,
  })
}

function makeElsewhere(asked: string): string {
  const name = `${basename(dirname(asked))}-${randomBytes(4).toString('hex')}`.replace(/^\./, '')
  const folder = join(systemFolder('data'), name)
  mkdirSync(folder, { mode: 0o711 })
  // The pointer comes last: it is believed only when what it points to is there.
  readPassword(folder)
  writeFileSync(join(asked, POINTER), `${folder}\n`)
  return folder
}

function ownerOf(cluster: string): number | undefined {
  try {
    return statSync(cluster).uid
  } catch {
    return undefined
  }
}

function chooseFolder(asked: string): string {
  const pointed = readPointer(asked)
  if (pointed) return pointed
  const cluster = join(asked, 'cluster')
  const owner = ownerOf(cluster)
  const account = chooseAccount(owner)
  if (!account || canHold(asked, account)) return asked
  if (owner !== undefined) {
    if (canReach(cluster, account, 1)) return asked
    throw new Fault('store.data_unreachable', {
      message: `The database is in ${asked}, but PostgreSQL's user ${account.name} may no longer `
        + 'enter that folder. Open it with `chmod o+x` (it and those above), or move the data.',
    })
  }
  return makeElsewhere(asked)
}

function readPassword(folder: string): string {
  const path = join(folder, 'password')
  if (existsSync(path)) return readFileSync(path, 'utf8').trim()
  const password = randomBytes(24).toString('base64url')
  writeFileSync(path, `${password}\n`, { mode: 0o600 })
  return password
}

export function openHome(dataDir: string): Home {
  mkdirSync(dataDir, { recursive: true, mode: isRoot() ? 0o711 : 0o700 })
  const asked = realpathSync(dataDir)
  const folder = chooseFolder(asked)
  // Others may pass to the cluster, which is closed to all but its own user, and see nothing here.
  if (isRoot()) chmodSync(folder, 0o711)
  const cluster = join(folder, 'cluster')
  const owner = ownerOf(cluster)
  if (owner !== undefined && !isRoot() && owner !== process.getuid?.()) {
    throw new Fault('store.data_foreign', {
      message: `The database in ${folder} belongs to another user (${owner}). Start as root or `
        + 'as that user, or choose another folder with --data.',
    })
  }
  return {
    folder, cluster, account: chooseAccount(owner), password: readPassword(folder),
    isElsewhere: folder !== asked,
  }
}
