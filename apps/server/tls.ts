import { readFileSync, statSync } from 'node:fs'
import type { SecureContextOptions } from 'node:tls'
import type { Clock, Log } from '#kernel'
import type { ServerEnv } from './env.ts'

type TlsEnv = Pick<ServerEnv, 'SILKCAST_TLS_CERT' | 'SILKCAST_TLS_KEY'>

const LOOK_MS = 5_000

/** What the server speaks HTTPS with; the launcher may make a new one at any time. */
export const tlsOf = ({ SILKCAST_TLS_CERT: cert, SILKCAST_TLS_KEY: key }: TlsEnv) =>
  cert && key ? { cert: readFileSync(cert), key: readFileSync(key) } : undefined

/** Takes a certificate that was made again, for the connections that come from then on. */
export function followTls(
  server: { setSecureContext?(options: SecureContextOptions): void }, env: TlsEnv,
  deps: { clock: Clock; log: Log },
): () => void {
  const { SILKCAST_TLS_CERT: path } = env
  if (!path || !server.setSecureContext) return () => {}
  const madeMs = (): number => statSync(path).mtimeMs
  let readMs = madeMs()
  const timer = deps.clock.every(LOOK_MS, () => {
    try {
      const now = madeMs()
      if (now === readMs) return
      // Throws for half a pair: then the other half is there at the next look.
      server.setSecureContext!(tlsOf(env)!)
      readMs = now
      deps.log.info('tls.renewed')
    } catch (error) {
      deps.log.warn('tls.unreadable', { cause: (error as Error).message })
    }
  })
  return () => timer.cancel()
}
