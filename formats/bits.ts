/** Reads an H.264 or AAC bit string. Past the end it yields zeros and says so, so that a parser
 *  of hostile bytes needs one check at its end instead of one per field. */
export interface BitReader {
  readonly overrun: boolean
  bits(count: number): number
  /** Exp-Golomb, unsigned and signed (H.264 clause 9.1). */
  ue(): number
  se(): number
}

export function makeBitReader(bytes: Uint8Array): BitReader {
  let at = 0
  const end = bytes.length * 8
  const bits = (count: number): number => {
    let value = 0
    for (let n = 0; n < count; n++, at++) {
      const byte = at < end ? bytes[at >> 3]! : 0
      value = value * 2 + ((byte >> (7 - (at & 7))) & 1)
    }
    return value
  }
  const ue = (): number => {
    let zeros = 0
    while (zeros < 32 && at < end && bits(1) === 0) zeros++
    return 2 ** zeros - 1 + bits(zeros)
  }
  return {
    get overrun() { return at > end },
    bits,
    ue,
    se() {
      const code = ue()
      return code % 2 === 1 ? (code + 1) / 2 : -code / 2
    },
  }
}

/** Removes the emulation prevention bytes of a NAL unit (00 00 03 -> 00 00). */
export function unescapeNal(nal: Uint8Array): Uint8Array {
  const out = new Uint8Array(nal.length)
  let length = 0
  let zeros = 0
  for (const byte of nal) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0
      continue
    }
    out[length++] = byte
    zeros = byte === 0 ? zeros + 1 : 0
  }
  return out.subarray(0, length)
}
