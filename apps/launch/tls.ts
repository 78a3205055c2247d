import { hostname } from 'node:os'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { namesOfThisMachine, openLocalTls, type LocalTls } from '#adapters/tls-local'
import { Fault, type Clock } from '#kernel'
import type { Options } from './options.ts'
import { Refused } from './preflight.ts'

type TlsOptions = Pick<Options, 'dataDir' | 'host' | 'publicUrl'>

const LOOK_MS = 15_000

const namesNow = ({ host, publicUrl }: TlsOptions): string[] =>
  namesOfThisMachine([host, ...publicUrl ? [new URL(publicUrl).hostname] : []])

const open = ({ dataDir }: TlsOptions, names: readonly string[], nowMs: number) => openLocalTls({
  folder: join(dataDir, 'tls'), nowMs, names,
  authorityName: `Silkcast on ${hostname().replaceAll(/[^\w.-]+/g, ' ').slice(0, 40)}`,
})

export async function openTls(
  options: TlsOptions & Pick<Options, 'isHttps'>, clock: Clock,
): Promise<LocalTls | undefined> {
  if (!options.isHttps) return undefined
  try {
    return await open(options, namesNow(options), clock.nowMs())
  } catch (error) {
    throw error instanceof Fault ? new Refused(error.message) : error
  }
}

/** A laptop that comes into another network has other addresses: the server's certificate is made
 *  again for them, under the same authority. The server reads it by itself. Names stay as they were
 *  at the start: they may need a new authority, which is no change for a running house. */
export function keepTls(
  options: TlsOptions, clock: Clock, deps: {
    readonly names?: () => string[]
    onTrouble(error: Error): void
  },
): () => void {
  const read = deps.names ?? (() => namesNow(options))
  let names = read()
  const words = names.filter((name) => isIP(name) === 0)
  const look = async (): Promise<void> => {
    const now = [...words, ...read().filter((name) => isIP(name) !== 0)]
    if (now.length === names.length && now.every((name) => names.includes(name))) return
    await open(options, now, clock.nowMs())
    names = now
  }
  const timer = clock.every(LOOK_MS, () => void look().catch(deps.onTrouble))
  return () => timer.cancel()
}
