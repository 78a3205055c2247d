import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'

/** RFC 5280 4.2.1.10: what an authority may vouch for at all. Browsers hold it to that, so whoever
 *  gets hold of its key can still not pose as a bank. */
export const NAME_CONSTRAINTS = '2.5.29.30'

const OID = Buffer.from('0603551d1e', 'hex')
const TAG = { sequence: 0x30, permitted: 0xa0, dnsName: 0x82, ipAddress: 0x87 } as const
/** `.local` names of this network, besides what the operator names. */
const ALWAYS = ['localhost', 'local']
/** Every address: they change with the network, and nobody's bank is reached by number. */
const ADDRESSES = [Buffer.alloc(8), Buffer.alloc(32)]

function wrap(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body])
  const size = Buffer.from([0x82, body.length >> 8, body.length & 0xff])
  return Buffer.concat([Buffer.from([tag]), size, body])
}

const subtree = (dnsName: string): Buffer =>
  wrap(TAG.sequence, wrap(TAG.dnsName, Buffer.from(dnsName, 'latin1')))

const dnsNamesOf = (names: readonly string[]): string[] =>
  [...new Set([...ALWAYS, ...names.filter((name) => isIP(name) === 0)])]
    .filter((name) => !name.endsWith('.local'))

export function writeConstraints(names: readonly string[]): Buffer {
  const permitted = [
    ...dnsNamesOf(names).map(subtree),
    ...ADDRESSES.map((all) => wrap(TAG.sequence, wrap(TAG.ipAddress, all))),
  ]
  return wrap(TAG.sequence, wrap(TAG.permitted, ...permitted))
}

/** Whether that authority may vouch for all of these names. One of an older start may for any. */
export function mayVouchFor(authority: X509Certificate, names: readonly string[]): boolean {
  const { raw } = authority
  return !raw.includes(OID) || dnsNamesOf(names).every((name) => raw.includes(subtree(name)))
}

interface Piece { readonly tag: number; readonly body: Buffer; readonly rest: Buffer }

/** The first piece of DER; lengths of one byte or of two, as above. */
function readPiece(bytes: Buffer): Piece {
  const isShort = bytes[1]! < 0x80
  const from = isShort ? 2 : 4
  const to = from + (isShort ? bytes[1]! : bytes.readUInt16BE(2))
  return { tag: bytes[0]!, body: bytes.subarray(from, to), rest: bytes.subarray(to) }
}

/** The names that it may vouch for, as people read them; undefined when it may for any. */
export function namesItVouchesFor(authority: X509Certificate): string[] | undefined {
  const at = authority.raw.indexOf(OID)
  if (at < 0) return undefined
  // The flag that says it must be understood, then the value in its wrapping.
  const value = readPiece(authority.raw.subarray(at + OID.length + 3)).body
  let left = readPiece(readPiece(value).body).body
  const names: string[] = []
  while (left.length > 0) {
    const { body, rest } = readPiece(left)
    const { tag, body: name } = readPiece(body)
    if (tag === TAG.dnsName) names.push(name.toString('latin1'))
    left = rest
  }
  return names.map((name) => name === 'local' ? '*.local' : name)
}
