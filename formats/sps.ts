import { makeBitReader, unescapeNal, type BitReader } from './bits.ts'

export interface SpsInfo {
  readonly width: number
  readonly height: number
}

/** Profiles whose parameter set carries chroma and scaling fields (H.264 clause 7.3.2.1.1). */
const HIGH_PROFILES = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135])

const SIDE_MAX = 16_384

function skipScalingList(reader: BitReader, size: number): void {
  let last = 8
  let next = 8
  for (let n = 0; n < size && !reader.overrun; n++) {
    if (next !== 0) next = (last + reader.se() + 256) % 256
    last = next === 0 ? last : next
  }
}

/** Returns the chroma format, having read past the fields only high profiles have. */
function readChroma(reader: BitReader): number {
  const chroma = reader.ue()
  if (chroma === 3) reader.bits(1)
  reader.ue()
  reader.ue()
  reader.bits(1)
  if (reader.bits(1) === 1) {
    for (let list = 0; list < (chroma === 3 ? 12 : 8); list++) {
      if (reader.bits(1) === 1) skipScalingList(reader, list < 6 ? 16 : 64)
    }
  }
  return chroma
}

function skipPictureOrder(reader: BitReader): void {
  const kind = reader.ue()
  if (kind === 0) {
    reader.ue()
  } else if (kind === 1) {
    reader.bits(1)
    reader.se()
    reader.se()
    const cycle = Math.min(255, reader.ue())
    for (let n = 0; n < cycle; n++) reader.se()
  }
}

function readCrop(reader: BitReader, chroma: number, frameMbsOnly: number) {
  if (reader.bits(1) === 0) return { x: 0, y: 0 }
  const [left, right, top, bottom] = [reader.ue(), reader.ue(), reader.ue(), reader.ue()]
  const unitX = chroma === 1 || chroma === 2 ? 2 : 1
  const unitY = (chroma === 1 ? 2 : 1) * (2 - frameMbsOnly)
  return { x: (left + right) * unitX, y: (top + bottom) * unitY }
}

/** Picture size from a sequence parameter set (with its NAL header); undefined when it is none. */
export function parseSps(nal: Uint8Array): SpsInfo | undefined {
  if (nal.length < 5 || (nal[0]! & 0x1f) !== 7) return undefined
  const reader = makeBitReader(unescapeNal(nal.subarray(1)))
  const profile = reader.bits(8)
  reader.bits(16)
  reader.ue()
  const chroma = HIGH_PROFILES.has(profile) ? readChroma(reader) : 1
  reader.ue()
  skipPictureOrder(reader)
  reader.ue()
  reader.bits(1)
  const codedWidth = (reader.ue() + 1) * 16
  const mapUnits = reader.ue() + 1
  const frameMbsOnly = reader.bits(1)
  if (frameMbsOnly === 0) reader.bits(1)
  reader.bits(1)
  const crop = readCrop(reader, chroma, frameMbsOnly)
  const width = codedWidth - crop.x
  const height = (2 - frameMbsOnly) * mapUnits * 16 - crop.y
  if (reader.overrun || width < 1 || height < 1) return undefined
  return width > SIDE_MAX || height > SIDE_MAX ? undefined : { width, height }
}
