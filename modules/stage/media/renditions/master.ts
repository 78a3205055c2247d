import type { LiveSegmentLine } from '../model/playlist.ts'
import { TICKS_PER_SECOND } from '#formats/init-segment'

/** One line of the multivariant playlist. */
export interface Variant {
  readonly uri: string
  /** `NAME`, for players that show it: not in the RFC, which lets others pass over it. */
  readonly name: string
  readonly codecs: readonly string[]
  readonly width?: number | undefined
  readonly height?: number | undefined
  readonly fps?: number | undefined
  readonly rates: Rates
}

export interface Rates { readonly peakBps: number; readonly averageBps: number }

/** What segments really took; undefined while there is none. */
export function measureRates(
  segments: readonly (LiveSegmentLine & { readonly whole?: Uint8Array | undefined })[],
): Rates | undefined {
  const whole = segments.flatMap(({ isClosed, whole: bytes, durationTicks, parts }) => (
    isClosed && bytes && durationTicks > 0 && !parts.some((part) => part.isGap)
      ? [{ bits: bytes.length * 8, seconds: durationTicks / TICKS_PER_SECOND }] : []
  ))
  const seconds = whole.reduce((sum, one) => sum + one.seconds, 0)
  if (seconds === 0) return undefined
  const bits = whole.reduce((sum, one) => sum + one.bits, 0)
  // A segment much shorter than the others says little about the line it needs.
  const long = whole.filter((one) => one.seconds >= 1)
  const peak = Math.max(bits / seconds, ...long.map((one) => one.bits / one.seconds))
  return { peakBps: Math.ceil(peak), averageBps: Math.ceil(bits / seconds) }
}

function streamLine({ name, codecs, width, height, fps, rates }: Variant): string {
  const attributes = [
    `BANDWIDTH=${rates.peakBps}`, `AVERAGE-BANDWIDTH=${rates.averageBps}`,
    ...(codecs.length > 0 ? [`CODECS="${codecs.join(',')}"`] : []),
    ...(width && height ? [`RESOLUTION=${width}x${height}`] : []),
    ...(fps ? [`FRAME-RATE=${fps.toFixed(3)}`] : []),
    `NAME="${name}"`,
  ]
  return `#EXT-X-STREAM-INF:${attributes.join(',')}`
}

/** The multivariant playlist (RFC 8216bis 4.4.6), the best first. */
export function writeMaster(variants: readonly Variant[]): string {
  const lines = variants.flatMap((variant) => [streamLine(variant), variant.uri])
  return ['#EXTM3U', '#EXT-X-VERSION:9', ...lines].join('\n') + '\n'
}
