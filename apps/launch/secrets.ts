import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Refused } from './preflight.ts'

export interface Secrets {
  /** Between our own processes. */
  readonly internalKey: string
  readonly payKey: string
  readonly payWebhookSecret: string
}

const NAMES = ['internalKey', 'payKey', 'payWebhookSecret'] as const

function read(path: string): Partial<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Partial<Record<string, unknown>>
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new Refused(`The keys in ${path} cannot be read: ${(error as Error).message}. `
      + 'Bring the file back, or delete it to make new ones.')
  }
}

/** The keys of this data folder: made once, so that a restart and what was signed go on. */
export function openSecrets(dataDir: string): Secrets {
  const path = join(dataDir, 'keys.json')
  const known = read(path) ?? {}
  const isWhole = NAMES.every((name) => typeof known[name] === 'string')
  const secrets = Object.fromEntries(NAMES.map((name) =>
    [name, known[name] ?? randomBytes(32).toString('base64url')])) as unknown as Secrets
  if (!isWhole) {
    const partial = `${path}.${process.pid}`
    writeFileSync(partial, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 })
    renameSync(partial, path)
  }
  return secrets
}
