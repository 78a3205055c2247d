/** The longest packet there is: 120 ms at 48 kHz (RFC 6716, 3.4). */
const SAMPLES_MAX = 5_760

/** 20 ms of silence in one frame. Not to be written to. */
export const SILENCE_20MS: Buffer = Buffer.from([0xf8, 0xff, 0xfe])

/** Samples of one frame at 48 kHz, by the configuration in its first byte (RFC 6716, 3.1). */
function frameSamples(configuration: number): number {
  if (configuration < 12) return [480, 960, 1_920, 2_880][configuration & 3]!
  if (configuration < 16) return [480, 960][configuration & 1]!
  return [120, 240, 480, 960][configuration & 3]!
}

/** How many 48 kHz samples a packet plays; undefined when it is no packet. */
export function opusSamples(packet: Buffer): number | undefined {
  const first = packet[0]
  if (first === undefined) return undefined
  const layout = first & 3
  // Two frames of one size need an even rest; one of any number says the number.
  if (layout === 1 && packet.length % 2 === 0) return undefined
  const frames = layout === 0 ? 1 : layout === 3 ? (packet[1] ?? 0) & 0x3f : 2
  const samples = frames * frameSamples(first >> 3)
  return samples > 0 && samples <= SAMPLES_MAX ? samples : undefined
}

export function isStereo(packet: Buffer): boolean {
  return ((packet[0] ?? 0) & 4) !== 0
}
