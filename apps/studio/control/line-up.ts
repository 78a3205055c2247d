/** The one after the pinned product; the first when nothing is pinned; none after the last. */
export function nextProduct<P extends { readonly id: string }>(
  products: readonly P[], pinnedId: string | null,
): P | null {
  const at = products.findIndex((product) => product.id === pinnedId)
  return products[at + 1] ?? null
}

/** The list with one entry moved to another place; places outside the list are clamped. */
export function moved<T>(list: readonly T[], from: number, to: number): readonly T[] {
  const item = list[from]
  if (item === undefined || from === to) return list
  const rest = list.filter((_one, at) => at !== from)
  const place = Math.min(rest.length, Math.max(0, to))
  return [...rest.slice(0, place), item, ...rest.slice(place)]
}
