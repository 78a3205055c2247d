import type { Random } from './random.ts'
import type { Clock } from './clock.ts'

/** A UUIDv7 behind a typed prefix, written as a TypeID (github.com/jetify-com/typeid, spec 0.3):
 *  `ord_01jx8c5m3ye9kbq1y2n0v6h7zr`. Sorts by time of making. */
export type Id<Prefix extends string> = string & { readonly __prefix: Prefix }

export type PersonId = Id<'per'>
export type SessionId = Id<'ses'>
export type ShowId = Id<'sho'>
export type ProductId = Id<'prd'>
export type VariantId = Id<'var'>
export type OfferId = Id<'off'>
export type OrderId = Id<'ord'>
export type WarehouseId = Id<'whs'>
export type PaymentId = Id<'pay'>
export type RefundId = Id<'ref'>
export type MessageId = Id<'msg'>
export type PictureId = Id<'pic'>
export type FactId = Id<'fct'>
export type MerchantId = Id<'mer'>
export type GuestId = Id<'gst'>

export interface Ids {
  make<Prefix extends string>(prefix: Prefix): Id<Prefix>
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

function encode(bytes: Uint8Array): string {
  // 128 bits in 26 letters of 5 bits: two zero bits lead.
  let text = ''
  let rest = 0
  let bits = 2
  for (const byte of bytes) {
    rest = (rest << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += ALPHABET[(rest >> bits) & 31]
    }
    rest &= (1 << bits) - 1
  }
  return text
}

/** Ids that never step back within one process, also when the clock does. */
export function makeIds(deps: { clock: Clock; random: Random }): Ids {
  let lastMs = 0
  let counter = 0
  return {
    make(prefix) {
      const now = deps.clock.nowMs()
      if (now > lastMs) {
        lastMs = now
        counter = deps.random.int(0, 2047)
      } else if (++counter > 4095) {
        lastMs++
        counter = 0
      }
      const bytes = deps.random.bytes(16)
      let ms = lastMs
      for (let at = 5; at >= 0; at--) {
        bytes[at] = ms % 256
        ms = Math.floor(ms / 256)
      }
      bytes[6] = 0x70 | (counter >> 8)
      bytes[7] = counter & 255
      bytes[8] = 0x80 | (bytes[8]! & 0x3f)
      return `${prefix}_${encode(bytes)}` as Id<typeof prefix>
    },
  }
}

const SHAPE = /^([a-z]{3})_[0-7][0-9a-hjkmnp-tv-z]{25}$/

export function isId<Prefix extends string>(prefix: Prefix, text: unknown): text is Id<Prefix> {
  return typeof text === 'string' && SHAPE.exec(text)?.[1] === prefix
}

/** The pattern for schemas: `Type.String({ pattern: idPattern('ord') })`. */
export const idPattern = (prefix: string): string => `^${prefix}_[0-7][0-9a-hjkmnp-tv-z]{25}$`
