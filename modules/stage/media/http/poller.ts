import type { IncomingMessage } from 'node:http'
import { VIEWER_HEADER } from '../contract.ts'

/** Loopback and private networks (RFC 1918, RFC 4193): where our own proxy calls from. */
const NEAR = /^(?:::ffff:)?(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)|^::1$|^f[cd]/i
const KEY = /^[A-Za-z0-9_-]{8,32}$/

/** What tells one asker from another: the proxy's word, else the address and its browser. */
export function pollerOf({ headers, socket }: {
  readonly headers: IncomingMessage['headers']
  readonly socket: { readonly remoteAddress?: string | undefined }
}): string {
  const address = socket.remoteAddress ?? ''
  const told = headers[VIEWER_HEADER]
  if (NEAR.test(address) && typeof told === 'string' && KEY.test(told)) return `v ${told}`
  return `a ${address} ${(headers['user-agent'] ?? '').slice(0, 80)}`
}
