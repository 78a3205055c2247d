import { isIP } from 'node:net'

/** A server that helps browsers through firewalls, as RTCPeerConnection takes it. */
export interface IceServer {
  readonly urls: string | readonly string[]
  readonly username?: string
  readonly credential?: string
}

const SERVERS_MAX = 8
const TEXT_MAX = 256
// RFC 7064 and 7065: a scheme, a host, a port, for TURN a transport.
const ADDRESS = new RegExp('^(stuns?|turns?):'
  + String.raw`(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]{1,253})(?::(\d{1,5}))?`
  + String.raw`(\?transport=(?:udp|tcp))?$`)
const SHORT = /^(turns?):([^:@]+):(.+)@([^@]+)$/

function isAddress(text: unknown): text is string {
  if (typeof text !== 'string') return false
  const [, scheme, host, port, transport] = ADDRESS.exec(text) ?? []
  if (!scheme || !host) return false
  if (host.startsWith('[') && isIP(host.slice(1, -1)) !== 6) return false
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return false
  return transport === undefined || scheme.startsWith('turn')
}

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= TEXT_MAX && !/\p{C}/u.test(value)

/** What a browser would take without throwing, and nothing besides. */
function isServer(value: unknown): value is IceServer {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const { urls, username, credential, ...rest } = value as Record<string, unknown>
  const list: readonly unknown[] = Array.isArray(urls) ? urls : [urls]
  if (list.length === 0 || list.length > SERVERS_MAX || !list.every(isAddress)) return false
  if (Object.keys(rest).length > 0) return false
  const isPlain = username === undefined && credential === undefined
  return isPlain ? !list.some((url) => (url as string).startsWith('turn'))
    : isText(username) && isText(credential)
}

function readShort(text: string): unknown[] {
  return text.split(',').map((part) => {
    const [, scheme, username, credential, host] = SHORT.exec(part.trim()) ?? []
    return scheme ? { urls: `${scheme}:${host}`, username, credential } : { urls: part.trim() }
  })
}

/** The servers that a text names, as JSON or in short; undefined when it cannot be read. */
export function readIceServers(text: string): readonly IceServer[] | undefined {
  let found: unknown
  try {
    found = text.trimStart().startsWith('[') ? JSON.parse(text) : readShort(text)
  } catch {
    return undefined
  }
  return Array.isArray(found) && found.length > 0 && found.length <= SERVERS_MAX
    && found.every(isServer) ? found : undefined
}
