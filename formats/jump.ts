export type Jump = 'goes_on' | 'doubtful' | 'jumps'

/** Tells loss from another start of the source. A step forward beyond `spanMax` is a jump at once;
 *  a step back is believed when the next packet stays there, since one alone may just be very late
 *  (RFC 3550, A.1). */
export function makeJumpJudge(spanMax: number): (sequence: number, highest: number) => Jump {
  let doubtful: number | undefined
  return (sequence, highest) => {
    if (sequence > highest + spanMax) {
      doubtful = undefined
      return 'jumps'
    }
    if (sequence >= highest - spanMax) {
      doubtful = undefined
      return 'goes_on'
    }
    const isBelieved = doubtful !== undefined && sequence > doubtful
      && sequence <= doubtful + spanMax
    doubtful = isBelieved ? undefined : sequence
    return isBelieved ? 'jumps' : 'doubtful'
  }
}
