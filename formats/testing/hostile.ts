import fc from 'fast-check'

/** Any bytes at all. */
export const anyBytes = (max: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ maxLength: max }).map((raw) => Buffer.from(raw))

/** Good bytes with a few of them overwritten and their end cut off. */
export const damaged = (good: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> => fc.tuple(
  good, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }), fc.nat(),
).map(([bytes, changes, cut]) => {
  const copy = Buffer.from(bytes)
  if (copy.length === 0) return copy
  for (const [at, value] of changes) copy[at % copy.length] = value
  return cut % 2 === 0 ? copy : copy.subarray(0, cut % copy.length)
})
