/** ISO base media boxes (ISO/IEC 14496-12), as little as a fragmented stream needs. */
export function u32(...values: number[]): Buffer {
  const out = Buffer.allocUnsafe(values.length * 4)
  values.forEach((value, at) => out.writeUInt32BE(value >>> 0, at * 4))
  return out
}

export function u16(...values: number[]): Buffer {
  const out = Buffer.allocUnsafe(values.length * 2)
  values.forEach((value, at) => out.writeUInt16BE(value & 0xffff, at * 2))
  return out
}

export const u8 = (...values: number[]): Buffer => Buffer.from(values)
export const text = (value: string): Buffer => Buffer.from(value, 'latin1')

export function box(type: string, ...content: Buffer[]): Buffer {
  const size = content.reduce((sum, part) => sum + part.length, 8)
  return Buffer.concat([u32(size), text(type), ...content], size)
}

export const fullBox = (type: string, version: number, flags: number, ...content: Buffer[]) =>
  box(type, u32((version << 24) | flags), ...content)
