/** The figures of `offerLimits` that the page needs; a test holds them together. The contract
 *  itself would bring its schemas into the page. */
export const READ_MS = 1500
export const LAG_CAP_MS = 6000
