export type PictureFormat = 'jpeg' | 'png' | 'webp' | 'avif'

const startsWith = (bytes: Uint8Array, signature: readonly number[], at = 0): boolean =>
  signature.every((byte, index) => bytes[at + index] === byte)
const ascii = (bytes: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...bytes.subarray(from, to))
const u32 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] ?? 0) * 2 ** 24) + ((bytes[at + 1] ?? 0) << 16) + ((bytes[at + 2] ?? 0) << 8)
  + (bytes[at + 3] ?? 0)

function isAvif(bytes: Uint8Array): boolean {
  if (ascii(bytes, 4, 8) !== 'ftyp') return false
  const end = Math.min(u32(bytes, 0), 256, bytes.length)
  for (let at = 8; at + 4 <= end; at += 4) {
    if (/^avi[fs]$/.test(ascii(bytes, at, at + 4))) return true
  }
  return false
}

/** By what the file begins with, whatever its name or type says. */
export function sniffFormat(bytes: Uint8Array): PictureFormat | undefined {
  if (startsWith(bytes, [0xff, 0xd8, 0xff])) return 'jpeg'
  if (startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'png'
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') return 'webp'
  return isAvif(bytes) ? 'avif' : undefined
}

/** Where a PNG ends by its own chunks; undefined when they do not add up. */
function pngEnd(bytes: Uint8Array): number | undefined {
  let at = 8
  while (at + 12 <= bytes.length) {
    const next = at + 12 + u32(bytes, at)
    if (ascii(bytes, at + 4, at + 8) === 'IEND') return next
    at = next
  }
  return undefined
}

const MARKUP = /<(script|html|svg|!doctype|\?php|iframe)\b|%PDF-1|<%@/i

/** A file that is a picture and something else as well: a page, a document, an archive. Pictures
 *  are made anew and the original is never kept, so this is the second lock on the door. */
export function carriesMore(bytes: Uint8Array, format: PictureFormat): boolean {
  if (format === 'png' && pngEnd(bytes) !== bytes.length) return true
  if (format === 'webp') {
    const said = 8 + (bytes[4]! | (bytes[5]! << 8) | (bytes[6]! << 16) | (bytes[7]! << 24))
    if (bytes.length > said + 1) return true
  }
  const text = new TextDecoder('latin1').decode(bytes)
  if (MARKUP.test(text)) return true
  // An archive is read from its end: a ZIP directory in the last 64 KB.
  return text.slice(-65_557).includes('PK\u0005\u0006')
}
