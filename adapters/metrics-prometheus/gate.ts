import { createHash, timingSafeEqual } from 'node:crypto'
import { BlockList, isIPv4, isIPv6 } from 'node:net'

type Headers = Readonly<Record<string, string | string[] | undefined>>

const near = new BlockList()
for (const [address, bits] of [
  ['127.0.0.0', 8], ['10.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16],
] as const) near.addSubnet(address, bits, 'ipv4')
near.addAddress('::1', 'ipv6')
near.addSubnet('fc00::', 7, 'ipv6')

/** What a proxy adds: behind one, the socket's address says nothing about who asks. */
const forwarded = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto',
  'x-real-ip', 'via', 'cf-connecting-ip', 'true-client-ip', 'x-client-ip', 'x-cluster-client-ip']

function isNear(address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
  if (isIPv4(plain)) return near.check(plain, 'ipv4')
  return isIPv6(plain) && near.check(plain, 'ipv6')
}

const hash = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Who may read the figures: programs of this machine or network that no proxy stands before, and
 *  whoever has the token. Pages of other sites never. */
export function makeMetricsGate(token: string | undefined) {
  const wanted = token ? hash(`Bearer ${token}`) : null
  return (address: string, headers: Headers): boolean => {
    const { authorization } = headers
    if (authorization !== undefined) {
      return wanted !== null && typeof authorization === 'string'
        && timingSafeEqual(hash(authorization), wanted)
    }
    const site = headers['sec-fetch-site']
    if (site !== undefined && site !== 'none') return false
    return isNear(address) && forwarded.every((name) => headers[name] === undefined)
  }
}
