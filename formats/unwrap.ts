/** Takes numbers that wrap in the order of arrival, gives numbers that do not. Each is read as the
 *  one nearest to the newest so far, so that a late one stays behind it. */
function makeUnwrapper(difference: (value: number, newest: number) => number) {
  let newest: number | undefined
  return (value: number): number => {
    const unwrapped = newest === undefined ? value : newest + difference(value, newest)
    newest = newest === undefined ? value : Math.max(newest, unwrapped)
    return unwrapped
  }
}

/** For RTP sequence numbers. */
export function makeUnwrapper16(): (value: number) => number {
  return makeUnwrapper((value, newest) => ((value - newest) << 16) >> 16)
}

/** For RTP timestamps. */
export function makeUnwrapper32(): (value: number) => number {
  return makeUnwrapper((value, newest) => (value - newest) | 0)
}
