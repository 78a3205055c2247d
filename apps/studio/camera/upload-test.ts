import { bitrates } from './choices.ts'

/** Sends that many bytes; false when they did not arrive. */
export type SendBytes = (bytes: Uint8Array<ArrayBuffer>) => Promise<boolean>

const firstBytes = 256 * 1024
const mostBytes = 4 * 1024 * 1024
const wantedMs = 1500
/** Sound, repairs and everybody else on this line. */
const spare = 1.5
const soundKbps = 128

/** Random bytes, so that nothing on the way can make them smaller. */
function bytesOf(count: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count)
  for (let at = 0; at < count; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, Math.min(count, at + 65_536)))
  }
  return bytes
}

const kbpsOf = (bytes: number, ms: number) => Math.round(bytes * 8 / Math.max(1, ms))

/** Kilobits a second to the server, or null when it could not be measured: a small load first, then
 *  one that takes about as long as the line needs to show what it can. */
export async function testUpload(send: SendBytes, nowMs: () => number): Promise<number | null> {
  const measure = async (count: number) => {
    const bytes = bytesOf(count)
    const startMs = nowMs()
    return await send(bytes) ? kbpsOf(count, nowMs() - startMs) : null
  }
  const first = await measure(firstBytes)
  if (first === null) return null
  const count = Math.min(mostBytes, Math.max(firstBytes, Math.round(first * wantedMs / 8)))
  return measure(count)
}

/** The best of our bitrates that this line carries with something to spare; null: none. */
export const bitrateFor = (kbps: number): number | null =>
  bitrates.findLast((one) => (one + soundKbps) * spare <= kbps) ?? null
