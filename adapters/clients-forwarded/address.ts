import { isIP, isIPv4, SocketAddress } from 'node:net'

/** The one spelling of an address: IPv4 behind `::ffff:` is IPv4, IPv6 is short and small. Null
 *  when it is none; a zone belongs to the machine that wrote it and makes it none. */
export function plainAddress(text: string): string | null {
  if (isIPv4(text)) return text
  // The longest IPv6 has 45 characters.
  if (text.length > 45 || text.includes('%') || isIP(text) !== 6) return null
  const { address } = new SocketAddress({ address: text, family: 'ipv6' })
  const inner = address.startsWith('::ffff:') ? address.slice(7) : ''
  return isIPv4(inner) ? inner : address
}

/** Of a socket: the zone of a link-local neighbour is dropped. */
export const socketAddress = (text: string | undefined): string =>
  plainAddress((text ?? '').replace(/%.*$/, '')) ?? ''

const PORT = /^:\d{1,5}$/

/** One entry of a list that proxies write: an address, some with a port. Null for all else:
 *  `unknown`, hidden names such as `_x`, nothing. */
export function readHop(entry: string): string | null {
  // With a port and some space around it; nothing longer is looked at.
  if (entry.length > 80) return null
  const text = entry.trim()
  if (text.startsWith('[')) {
    const end = text.indexOf(']')
    const rest = text.slice(end + 1)
    const inner = text.slice(1, end)
    return end > 0 && inner.includes(':') && (rest === '' || PORT.test(rest))
      ? plainAddress(inner) : null
  }
  const [first, ...more] = text.split(':')
  return more.length === 1 && isIPv4(first!) && PORT.test(`:${more[0]}`) ? first!
    : plainAddress(text)
}
