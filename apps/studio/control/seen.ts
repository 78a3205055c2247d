/** The moment in the picture that the producer sees: what they do belongs to that frame, and the
 *  house shows it to every viewer with it. One programme picture at a time says it. */
let read: (() => number | undefined) | null = null

export const setSeen = (reader: (() => number | undefined) | null): void => { read = reader }

/** For an act's body: empty while no picture plays. The house ignores what cannot be. */
export function seenNow(): { readonly seenMs?: number } {
  const seenMs = read?.()
  return seenMs === undefined ? {} : { seenMs }
}
