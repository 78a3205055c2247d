/** Chance comes through here, so that a seed can replay it. */
export interface Random {
  bytes(length: number): Uint8Array
  /** Whole number in [low, high], both included. */
  int(low: number, high: number): number
}

const POOL_BYTES = 8192
let pool = new Uint8Array(0)

/** From a pool: asking the system once per id costs more than the rest of making one. */
function poolBytes(length: number): Uint8Array {
  if (length > 256) return crypto.getRandomValues(new Uint8Array(length))
  if (pool.length < length) pool = crypto.getRandomValues(new Uint8Array(POOL_BYTES))
  const bytes = pool.slice(0, length)
  pool = pool.subarray(length)
  return bytes
}

export const systemRandom: Random = {
  bytes: poolBytes,
  int(low, high) {
    const span = high - low + 1
    const limit = Math.floor(2 ** 32 / span) * span
    for (;;) {
      const value = crypto.getRandomValues(new Uint32Array(1))[0]!
      if (value < limit) return low + (value % span)
    }
  },
}

/** mulberry32: small, fast, replayable; never for secrets. */
export function makeSeededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    bytes: (length) => Uint8Array.from({ length }, () => Math.floor(next() * 256)),
    int: (low, high) => low + Math.floor(next() * (high - low + 1)),
  }
}

/** 32 random bytes as base64url: session tokens, stream keys, link tokens. */
export function secretToken(random: Random, bytes = 32): string {
  let binary = ''
  for (const byte of random.bytes(bytes)) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
