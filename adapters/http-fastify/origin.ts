import { hostname } from 'node:os'
import { isIP } from 'node:net'

/** Which host names this server answers to, and which origins may write. A host name that is
 *  neither
 *  ours nor an address is refused, so that a foreign name pointed at us (DNS rebinding) gets
 *  nothing. */
export interface OriginPolicy {
  isOurHost(host: string | undefined): boolean
  mayWrite(headers: {
    origin?: string | undefined
    host?: string | undefined
    site?: string | undefined
  }): boolean
}

const bare = (host: string): string =>
  host
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase()

export function makeOriginPolicy(publicUrl: string | undefined): OriginPolicy {
  const publicHost = publicUrl ? new URL(publicUrl).host.toLowerCase() : undefined
  const known = new Set(['localhost', hostname().toLowerCase()])
  if (publicHost) known.add(bare(publicHost))
  const isOurHost = (host: string | undefined): boolean => {
    if (!host) return false
    const name = bare(host)
    return (
      isIP(name) !== 0 || known.has(name) || name.endsWith('.localhost') || name.endsWith('.local')
    )
  }
  return {
    isOurHost,
    mayWrite({ origin, host, site }) {
      // Browsers always say where a write comes from; programs without cookies of ours do not.
      if (origin === undefined)
        return site === undefined || site === 'same-origin' || site === 'none'
      if (!URL.canParse(origin)) return false
      const from = new URL(origin).host.toLowerCase()
      return from === publicHost || (from === host?.toLowerCase() && isOurHost(host))
    },
  }
}
