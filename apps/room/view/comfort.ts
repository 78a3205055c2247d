/** How the Room is laid out: `silver` is large type and three buttons, `tv` for ten feet away. */
export const views = ['plain', 'silver', 'tv'] as const
export type View = (typeof views)[number]

/** What a person wants of their line; `auto` leaves it to what the browser says of it. */
export const dataSavers = ['auto', 'on', 'sound', 'off'] as const
export type DataSaver = (typeof dataSavers)[number]

/** What a person has set on this device. */
export interface Comfort {
  readonly view: View
  readonly dataSaver: DataSaver
  /** Single letters act. People who speak to their device need them off (WCAG 2.2, 2.1.4). */
  readonly hasKeys: boolean
}

export const plainComfort: Comfort = { view: 'plain', dataSaver: 'auto', hasKeys: true }

/** What the player is asked for: all, the smallest picture, or the sound alone. */
export type Saving = 'none' | 'low' | 'sound'

/** What the browser says of the line; absent in Safari and Firefox. */
export interface LineHint {
  readonly saveData?: boolean
  readonly effectiveType?: string
}

/** `3g` means less than 0.7 Mbit/s or round trips above 0.27 s (W3C Network Information). */
export const isThrifty = (hint: LineHint | undefined): boolean =>
  hint?.saveData === true || ['slow-2g', '2g', '3g'].includes(hint?.effectiveType ?? '')

export function savingOf(dataSaver: DataSaver, isLineThrifty: boolean): Saving {
  if (dataSaver === 'sound') return 'sound'
  return dataSaver === 'on' || (dataSaver === 'auto' && isLineThrifty) ? 'low' : 'none'
}

const oneOf = <T extends string>(all: readonly T[], value: unknown): T | undefined =>
  all.find((one) => one === value)

/** What was stored, whatever a broken or older store holds. */
export function parseComfort(text: string | null): Partial<Comfort> {
  try {
    const { view, dataSaver, hasKeys } = JSON.parse(text ?? '{}') as Record<string, unknown>
    const known = { view: oneOf(views, view), dataSaver: oneOf(dataSavers, dataSaver) }
    return {
      ...(known.view ? { view: known.view } : {}),
      ...(known.dataSaver ? { dataSaver: known.dataSaver } : {}),
      ...(typeof hasKeys === 'boolean' ? { hasKeys } : {}),
    }
  } catch {
    return {}
  }
}

// Samsung (Tizen), LG (Web0S), Android and Google TV, Fire TV, Vizio, Roku, HbbTV sets.
const TV = /\b(smart-?tv|tizen.*tv|web0s|webos.tv|android tv|googletv|aft\w+|crkey|bravia|hbbtv)\b/i

export const isTelevision = (userAgent: string): boolean => TV.test(userAgent)

/** The link has the first word, then what was stored, then the kind of device. */
export function firstComfort(from: {
  readonly search: string
  readonly stored: string | null
  readonly userAgent: string
}): Comfort {
  const device: Partial<Comfort> = isTelevision(from.userAgent) ? { view: 'tv' } : {}
  const linked = oneOf(views, new URLSearchParams(from.search).get('view'))
  const link: Partial<Comfort> = linked ? { view: linked } : {}
  return { ...plainComfort, ...device, ...parseComfort(from.stored), ...link }
}
