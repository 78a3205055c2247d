import { BlockList, isIPv4 } from 'node:net'
import { plainAddress } from './address.ts'

/** Those whose word about a client is taken. */
export interface Proxies {
  isTrusted(address: string): boolean
}

export const PROXIES_MAX = 256
const TEXT_MAX = 16_000
// RFC 1122; RFC 1918 and 4193.
const NAMES: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
}
// Wider than any proxy's network; 0.0.0.0/0 would believe everybody.
const [WIDEST_V4, WIDEST_V6, WIDEST_LOCAL_V6] = [8, 16, 7]

const familyOf = (address: string) => isIPv4(address) ? 'ipv4' : 'ipv6'

interface Network { readonly address: string; readonly bits: number }

function readNetwork(text: string): Network | null {
  const [given = '', bitsText, ...more] = text.split('/')
  const address = plainAddress(given)
  if (address === null || more.length > 0) return null
  const isV4 = isIPv4(address)
  const most = isV4 ? 32 : 128
  if (bitsText === undefined) return { address, bits: most }
  if (!/^\d{1,3}$/.test(bitsText)) return null
  // `::ffff:10.0.0.0/104` is 10.0.0.0/8.
  const bits = Number(bitsText) - (isV4 && given.includes(':') ? 96 : 0)
  const widest = isV4 ? WIDEST_V4 : /^f[cd]/.test(address) ? WIDEST_LOCAL_V6 : WIDEST_V6
  return bits >= widest && bits <= most ? { address, bits } : null
}

function makeProxies(networks: readonly Network[]): Proxies {
  const known = new BlockList()
  for (const { address, bits } of networks) known.addSubnet(address, bits, familyOf(address))
  return { isTrusted: (address) => address !== '' && known.check(address, familyOf(address)) }
}

/** Nobody is believed. */
export const noProxies: Proxies = { isTrusted: () => false }

/** Proxies as an operator lists them: addresses, networks, `loopback`, `private`. Undefined when
 *  one is none, or there are too many. */
export function readProxies(text: string): Proxies | undefined {
  if (text.length > TEXT_MAX) return undefined
  const parts = text.split(',').map((part) => part.trim().toLowerCase())
  if (parts.length > PROXIES_MAX) return undefined
  const networks = parts
    .flatMap((part) => Object.hasOwn(NAMES, part) ? NAMES[part]! : [part]).map(readNetwork)
  return networks.every((network) => network !== null) ? makeProxies(networks) : undefined
}

const own = readProxies('loopback,private')!

/** Of this machine or a network that nobody reaches from outside: if people far away seem to come
 *  from there, something stands between. */
export const isNearby = (address: string): boolean => own.isTrusted(address)
