import { Compile } from 'typebox/compile'
import { refuse, type Refusal, type Result } from '#kernel'
import { ClientMessageSchema, type ClientMessage } from '../contract.ts'

const validator = Compile(ClientMessageSchema)

export const isClientMessage = (value: unknown): value is ClientMessage => validator.Check(value)

/** The ref of something that is not a message, so that its sender can be answered. */
export function refOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('ref' in value)) return null
  const { ref } = value
  return typeof ref === 'string' && ref.length > 0 && ref.length <= 40 ? ref : null
}

/** One message from the wire. Whatever the bytes are, the answer is a message or a refusal. */
export function readMessage(text: string): Result<ClientMessage, Refusal> & { ref: string | null } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { ...refuse('stage.gateway.malformed'), ref: null }
  }
  const ref = refOf(value)
  if (!isClientMessage(value)) return { ...refuse('stage.gateway.malformed'), ref }
  return { ok: true, value, ref }
}

/** The query of `GET /sse` as the `hello` it stands for; null when it is not one. */
export function helloOfQuery(
  query: URLSearchParams,
): Extract<ClientMessage, { t: 'hello' }> | null {
  const number = (name: string) => {
    const text = query.get(name)
    return text === null ? undefined : /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  }
  const given = {
    t: 'hello', v: number('v'), show: query.get('show'), seq: number('seq'),
    epoch: query.get('epoch') ?? undefined, market: query.get('market') ?? undefined,
    staff: query.get('staff') === '1' ? true : undefined,
  }
  const hello = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  return isClientMessage(hello) && hello.t === 'hello' ? hello : null
}

/** A cookie's value by name; the first one when it is there twice. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  for (const piece of (header ?? '').split(';')) {
    const at = piece.indexOf('=')
    if (at === -1 || piece.slice(0, at).trim() !== name) continue
    const value = piece.slice(at + 1).trim()
    try {
      return decodeURIComponent(value)
    } catch {
      return value
    }
  }
  return undefined
}

/** Where a connection counts: an IPv4 address, or the /64 network of an IPv6 one. */
export function addressKey(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
  if (!plain.includes(':')) return plain
  const [left = '', right] = plain.split('::')
  const head = left === '' ? [] : left.split(':')
  const tail = right === undefined || right === '' ? [] : right.split(':')
  const zeros = right === undefined ? 0 : Math.max(0, 8 - head.length - tail.length)
  return [...head, ...Array.from({ length: zeros }, () => '0'), ...tail].slice(0, 4).join(':')
}
