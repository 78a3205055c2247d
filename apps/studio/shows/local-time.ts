const two = (value: number) => String(value).padStart(2, '0')

/** `2026-11-22T19:30` in the zone of this device, as a datetime-local input wants it. */
export function toLocalInput(ms: number): string {
  const at = new Date(ms)
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
    + `T${two(at.getHours())}:${two(at.getMinutes())}`
}

/** The moment that was typed, in the zone of this device; null when it is none. */
export function fromLocalInput(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text)) return null
  const ms = new Date(text).getTime()
  return Number.isNaN(ms) ? null : ms
}

/** `Lantern Night #3` -> `lantern-night-3`; empty when nothing is left to make an address of. */
export const slugOf = (title: string): string =>
  title.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60).replace(/^-+|-+$/g, '')
