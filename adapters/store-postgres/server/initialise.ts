import { spawn } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync,
  writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '#kernel'
import { runAs } from './account.ts'
import type { Binaries } from './binaries.ts'
import type { Home } from './home.ts'

export const DATABASE = 'silkcast'

function run(program: string, args: readonly string[], home: Home, input = ''): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { ...runAs(home.account, '/'), stdio: 'pipe' })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => { said = (said + chunk.toString()).slice(-2000) })
    child.stdout.resume()
    child.on('error', fail)
    child.on('close', (code) => {
      if (code === 0) return done()
      fail(new Error(`ended with ${code}: ${said.trim()}`))
    })
    // A program that ends early closes its input; its exit code says why.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })
}

function firstSql(password: string, mayCreateDatabases: boolean): string {
  // One statement per line: that is how a single-user PostgreSQL reads.
  return [
    `alter role postgres password '${password}';`,
    `create role ${DATABASE} login ${mayCreateDatabases ? 'createdb' : ''} password '${password}';`,
    `create database ${DATABASE} owner ${DATABASE};`,
  ].join('\n')
}

/** Makes the data on the first start; seen from outside it is there whole or not at all. */
export async function initialise(
  home: Home, binaries: Binaries, options: { isDurable: boolean },
): Promise<void> {
  const versionPath = join(home.cluster, 'PG_VERSION')
  if (existsSync(home.cluster)) {
    const found = readFileSync(versionPath, 'utf8').trim()
    if (found === binaries.major) return
    throw new Fault('store.data_version', {
      message: `The data in ${home.folder} was made by PostgreSQL ${found}; this release runs `
        + `${binaries.major}. Start the older release and export it, or choose another --data.`,
    })
  }
  const partial = `${home.cluster}.partial`
  rmSync(partial, { recursive: true, force: true })
  mkdirSync(partial, { mode: 0o700 })
  if (home.account) chownSync(partial, home.account.uid, home.account.gid)
  try {
    // The built-in collation sorts the same on every machine and after every upgrade of its
    // libraries.
    await run(binaries.initdb, [
      '-D', partial, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C',
      '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions',
      ...options.isDurable ? [] : ['--no-sync'],
    ], home)
    // Trust ends here, before anything listens: only the password opens, only from this machine.
    writeFileSync(join(partial, 'pg_hba.conf'), 'host all all 127.0.0.1/32 scram-sha-256\n')
    const sql = firstSql(home.password, !options.isDurable)
    const quick = options.isDurable ? [] : ['-F']
    await run(binaries.postgres, ['--single', ...quick, '-D', partial, 'postgres'], home, sql)
  } catch (cause) {
    const why = (cause as Error).message
    throw new Fault('store.start_failed', {
      cause, message: `PostgreSQL could not make its data in ${home.folder}: ${why}`,
    })
  }
  renameSync(partial, home.cluster)
}
