import type { OfferId, VariantId } from '#kernel'
import type { Stock } from '../contract.ts'
import { admit, takingKey, tally, type Allotment } from '../model.ts'

/** Only what is asked about, as the database reads it. */
const of = <K, V>(all: ReadonlyMap<K, V>, keys: readonly K[]): Map<K, V> =>
  new Map(keys.flatMap((key) => (all.has(key) ? [[key, all.get(key)!] as const] : [])))

/** The module's own decisions over memory: for simulations with more rounds than a database has
 *  patience for. Holds never end. */
export function makeMemoryShelf<Tx>(
  available: ReadonlyMap<VariantId, number>,
): Pick<Stock<Tx>, 'openAllotment' | 'holdReclaiming'> {
  const variantsLeft = new Map(available)
  const allotments = new Map<OfferId, Allotment>()
  const takings = new Map<string, number>()

  return {
    async openAllotment(_tx, { units, ...input }) {
      allotments.set(input.id, { ...input, left: units, isClosed: false })
    },
    async holdReclaiming(_tx, requests, nowMs) {
      const state = {
        variantsLeft: of(variantsLeft, requests.map((one) => one.variantId)),
        allotments: of(allotments, requests.flatMap((one) => one.allotmentId ?? [])),
        takings: of(takings, requests.flatMap(({ allotmentId, buyerId }) =>
          (allotmentId ? takingKey(allotmentId, buyerId) : []))),
      }
      const admission = admit(state, requests, nowMs)
      const admitted = requests.filter((_, index) => admission.fates[index]!.held)
      const sums = tally(state, admitted)
      for (const [id, units] of sums.variants) variantsLeft.set(id, variantsLeft.get(id)! - units)
      for (const [id, units] of sums.offers) {
        const before = allotments.get(id)!
        allotments.set(id, { ...before, left: before.left - units })
      }
      for (const { allotmentId, buyerId, units } of [...sums.newTakings, ...sums.moreTakings]) {
        const key = takingKey(allotmentId, buyerId)
        takings.set(key, (takings.get(key) ?? 0) + units)
      }
      return { ...admission, expired: [] }
    },
  }
}
