const NAL_SPS = 7
const STAP_A = 24

/** Whether a decoder can begin with this payload: it carries the parameter sets that stand before
 *  a keyframe (RFC 6184 5.2, 5.7.1). */
export function opensKeyframe(payload: Buffer): boolean {
  if (payload.length < 2) return false
  const type = payload[0]! & 0x1f
  if (type === NAL_SPS) return true
  return type === STAP_A && payload.length > 3 && (payload[3]! & 0x1f) === NAL_SPS
}
