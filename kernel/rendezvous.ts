/** FNV-1a with the finish of MurmurHash3, so that names that differ in one letter end far apart. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at++) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}

/** Which of these nodes a key belongs to: everybody who knows the same nodes answers the same, and
 *  when a node goes only its own keys move (highest random weight, Thaler and Ravishankar 1998).
 *  Undefined without nodes. */
export function pickNode<T extends string>(key: string, nodes: Iterable<T>): T | undefined {
  let best: T | undefined
  let most = -1
  for (const node of nodes) {
    const weight = hash(`${node}\n${key}`)
    // Equal weights: the order of the list must not matter.
    if (weight > most || (weight === most && best !== undefined && node < best)) {
      best = node
      most = weight
    }
  }
  return best
}
