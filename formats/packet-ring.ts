/** The newest packets by sequence number, for those who missed one. */
export interface Ring {
  put(sequence: number, packet: Buffer): void
  find(sequence: number): Buffer | undefined
}

/** `size` is a power of two: a packet lies at its sequence number modulo the size. */
export function makeRing(size: number): Ring {
  const packets: (Buffer | undefined)[] = Array.from({ length: size })
  const sequences = new Int32Array(size).fill(-1)
  return {
    put(sequence, packet) {
      const at = sequence & (size - 1)
      packets[at] = packet
      sequences[at] = sequence
    },
    find(sequence) {
      const at = sequence & (size - 1)
      return sequences[at] === sequence ? packets[at] : undefined
    },
  }
}
