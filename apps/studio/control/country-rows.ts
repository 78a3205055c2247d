export interface CountryRow {
  /** ISO 3166-1 alpha-2; empty: all the others together. */
  readonly code: string
  readonly count: number
  /** Of the largest, for the bar. */
  readonly share: number
}

const shown = 6

/** The countries with most viewers and the rest in one row; equal counts by code, so that rows stay
 *  where they are. */
export function countryRows(countries: Readonly<Record<string, number>>): CountryRow[] {
  const sorted = Object.entries(countries).filter(([, count]) => count > 0)
    .sort(([a, left], [b, right]) => right - left || a.localeCompare(b))
  const most = sorted[0]?.[1] ?? 1
  const rest = sorted.slice(shown).reduce((sum, [, count]) => sum + count, 0)
  const rows = sorted.slice(0, shown).map(([code, count]) => ({ code, count, share: count / most }))
  return rest > 0 ? [...rows, { code: '', count: rest, share: Math.min(1, rest / most) }] : rows
}
