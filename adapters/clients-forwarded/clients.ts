import type { IncomingHttpHeaders } from 'node:http'
import { readHop, socketAddress } from './address.ts'
import { readCountry } from './country.ts'
import { isNearby, type Proxies } from './proxies.ts'

/** What a request says of who sent it, as far as it can be believed. */
export interface Client {
  /** IPv4, or IPv6 without a zone; empty when the socket is gone already. */
  readonly address: string
  /** The host that they came by: the proxy's word, else the header of the request. */
  readonly host: string | undefined
  /** A proxy in front says that they came over HTTPS. */
  readonly isSecure: boolean
  /** A CDN's word, else a guess from the address: ISO 3166-1 alpha-2. Never for tax. */
  readonly country: string | null
}

/** What is read of a request; Node's own has it. */
export interface Request {
  readonly headers: IncomingHttpHeaders
  readonly socket: { readonly remoteAddress?: string | undefined }
}

export interface Clients {
  of(request: Request): Client
}

/** Longer chains are no chains of proxies. */
const HOPS_MAX = 16
const HOST = /^(?:\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253})(?::\d{1,5})?$/i

/** The client's address: from the nearest hop backwards as long as the hop is trusted. What stands
 *  left of the first stranger anybody may have written, and an entry that is no address ends it. */
export function walk(nearest: string, list: string, proxies: Proxies): string {
  let address = nearest
  let end = list.length
  for (let hops = 0; hops < HOPS_MAX && end >= 0 && proxies.isTrusted(address); hops++) {
    const comma = end === 0 ? -1 : list.lastIndexOf(',', end - 1)
    const hop = readHop(list.slice(comma + 1, end))
    if (hop === null) break
    address = hop
    end = comma
  }
  return address
}

/** Node joins what stands there twice with commas; a Set-Cookie is the only list it makes. */
const textOf = (value: string | string[] | undefined): string =>
  typeof value === 'string' ? value : ''

/** What the nearest proxy wrote, when each added its own. */
const lastOf = (value: string | string[] | undefined): string => {
  const text = textOf(value)
  return text.slice(text.lastIndexOf(',') + 1).trim()
}

/** Who sends a request. Without trusted proxies that is the other end of its socket, whatever its
 *  headers say. */
export function makeClients(options: {
  readonly proxies: Proxies
  readonly countryHeader?: string | undefined
  /** The guess. */
  countryOf?(address: string): string | null
  /** A proxy that seems to stand in front of us and is not trusted. */
  onUntrusted?(address: string): void
}): Clients {
  const { proxies, countryHeader } = options
  const known = new WeakMap<Request, Client>()

  const withCountry = (client: Omit<Client, 'country'>, said: string | null): Client => ({
    ...client,
    // Few ask for it.
    get country() { return said ?? options.countryOf?.(client.address) ?? null },
  })

  function look({ headers, socket }: Request): Client {
    const address = socketAddress(socket.remoteAddress)
    const list = textOf(headers['x-forwarded-for'])
    if (!proxies.isTrusted(address)) {
      if (list !== '' && isNearby(address)) options.onUntrusted?.(address)
      return withCountry({ address, host: headers.host, isSecure: false }, null)
    }
    const host = lastOf(headers['x-forwarded-host'])
    return withCountry({
      address: walk(address, list, proxies),
      host: HOST.test(host) ? host : headers.host,
      isSecure: lastOf(headers['x-forwarded-proto']).toLowerCase() === 'https',
    }, countryHeader === undefined ? null : readCountry(headers[countryHeader]))
  }

  return {
    of(request) {
      const before = known.get(request)
      if (before) return before
      const client = look(request)
      known.set(request, client)
      return client
    },
  }
}
