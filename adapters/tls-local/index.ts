import { X509Certificate, createPrivateKey } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { Fault } from '#kernel'
import { mayVouchFor, namesItVouchesFor } from './constraints.ts'
import type { Issued, Lifetime } from './issue.ts'

export { lanAddress, namesOfThisMachine } from './names.ts'

/** Files for a server that speaks TLS under an authority of this machine's own. */
export interface LocalTls {
  /** The authority's certificate, for whoever is to trust this server. */
  readonly caPath: string
  /** The server's certificate and its private key. */
  readonly certPath: string
  readonly keyPath: string
  /** SHA-256 of the authority's certificate, `AA:BB:...`: what people compare. */
  readonly fingerprint: string
}

export interface LocalTlsDeps {
  /** Made when it is not there; closed to other users. */
  readonly folder: string
  /** What people call the authority in their list of trusted ones. */
  readonly authorityName: string
  readonly names: readonly string[]
  readonly nowMs: number
}

const DAY_MS = 86_400_000
const AUTHORITY_DAYS = 3650
// Apple takes no server certificate that holds longer than 825 days:
// https://support.apple.com/103769
const SERVER_DAYS = 397
const RENEW_DAYS = 30

/** From yesterday on: the clock of a phone may be behind. */
const lifetime = (nowMs: number, days: number): Lifetime =>
  ({ from: new Date(nowMs - DAY_MS), until: new Date(nowMs + days * DAY_MS) })

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function read(certPath: string, keyPath: string): Issued | undefined {
  const [cert, key] = [readText(certPath), readText(keyPath)]
  return cert === undefined || key === undefined ? undefined : { cert, key }
}

function write(path: string, text: string): void {
  const partial = `${path}.${process.pid}`
  writeFileSync(partial, text, { mode: 0o600 })
  renameSync(partial, path)
}

const isPair = (certificate: X509Certificate, { key }: Issued): boolean =>
  certificate.checkPrivateKey(createPrivateKey(key))

const holds = (certificate: X509Certificate, nowMs: number): boolean =>
  certificate.validFromDate.getTime() <= nowMs
  && certificate.validToDate.getTime() > nowMs + RENEW_DAYS * DAY_MS

/** Exactly these names: an address that this machine has no more may be another's by now. */
function isFor(certificate: X509Certificate, names: readonly string[]): boolean {
  const count = certificate.subjectAltName?.split(', ').length ?? 0
  return count === names.length && names.every((name) =>
    isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name))
}

function isGoodServer(found: Issued, authority: Issued, deps: LocalTlsDeps): boolean {
  try {
    const certificate = new X509Certificate(found.cert)
    const issuer = new X509Certificate(authority.cert)
    return isPair(certificate, found) && holds(certificate, deps.nowMs)
      && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
      && isFor(certificate, deps.names)
  } catch {
    // Nobody has to trust this one again: a new one costs nothing.
    return false
  }
}

function isGoodAuthority(found: Issued, deps: LocalTlsDeps): boolean {
  const certificate = new X509Certificate(found.cert)
  return certificate.ca && isPair(certificate, found) && holds(certificate, deps.nowMs)
    && mayVouchFor(certificate, deps.names)
}

async function openAuthority(certPath: string, deps: LocalTlsDeps): Promise<Issued> {
  const keyPath = join(deps.folder, 'authority-key.pem')
  try {
    const found = read(certPath, keyPath)
    if (found && isGoodAuthority(found, deps)) return found
  } catch (cause) {
    // People trust that one: it is not replaced because of a reading error.
    throw new Fault('tls_local.unreadable', {
      cause,
      message: `The certificates in ${deps.folder} cannot be read: ${(cause as Error).message}. `
        + 'Bring the files back, or delete that folder to make new ones.',
    })
  }
  const { issueAuthority } = await import('./issue.ts')
  const made = await issueAuthority(
    deps.authorityName, deps.names, lifetime(deps.nowMs, AUTHORITY_DAYS))
  write(keyPath, made.key)
  write(certPath, made.cert)
  return made
}

/** The certificates of this machine: made once, the server's again when it is about to end or the
 *  names have changed. */
export async function openLocalTls(deps: LocalTlsDeps): Promise<LocalTls> {
  const { folder, nowMs } = deps
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  chmodSync(folder, 0o700)
  const files = {
    caPath: join(folder, 'silkcast-authority.crt'),
    certPath: join(folder, 'server.pem'), keyPath: join(folder, 'server-key.pem'),
  }
  const authority = await openAuthority(files.caPath, deps)
  const paths = { ...files, fingerprint: new X509Certificate(authority.cert).fingerprint256 }
  let found: Issued | undefined
  try {
    found = read(paths.certPath, paths.keyPath)
  } catch {
    // As if it were not there.
  }
  if (found && isGoodServer(found, authority, deps)) return paths
  const { issueServer } = await import('./issue.ts')
  const ends = new X509Certificate(authority.cert).validToDate.getTime()
  const life = lifetime(nowMs, SERVER_DAYS)
  const until = new Date(Math.min(life.until.getTime(), ends))
  const made = await issueServer(authority, deps.names, { from: life.from, until })
  write(paths.keyPath, made.key)
  write(paths.certPath, made.cert)
  return paths
}

/** What a page tells people about an authority before they trust it. */
export interface AuthorityFacts {
  readonly name: string
  readonly fingerprint: string
  /** Names that it may vouch for; undefined when it may for any. */
  readonly names: readonly string[] | undefined
}

export function readAuthority(pem: string | Buffer): AuthorityFacts {
  const certificate = new X509Certificate(pem)
  return {
    name: /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? 'Silkcast',
    fingerprint: certificate.fingerprint256, names: namesItVouchesFor(certificate),
  }
}
