/** What a key asks the Room to do. */
export type KeyAct =
  | 'help' | 'mute' | 'buy' | 'chat' | 'goods' | 'orders' | 'pip' | 'full-screen'

/** Each act and its key, in the order in which the list shows them. */
export const shortcuts: readonly (readonly [KeyAct, string])[] = [
  ['mute', 'm'], ['buy', 'b'], ['chat', 'c'], ['goods', 'g'], ['orders', 'o'], ['pip', 'p'],
  ['full-screen', 'f'], ['help', '?'],
]

/** Acts that make sense over an open sheet; the others would open a second one on top. */
const OVER_SHEETS: ReadonlySet<KeyAct> = new Set(['mute', 'pip', 'full-screen'])

export interface Pressed {
  readonly key: string
  /** The place on the keyboard: a letter also for those who write Arabic or Chinese. */
  readonly code: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly repeat: boolean
  readonly isComposing: boolean
}

export interface Where {
  /** The focus is where typing writes. */
  readonly isTyping: boolean
  readonly isSheetOpen: boolean
}

function signOf({ key, code }: Pressed): string {
  if (key === '?' || key === '؟' || key === '？') return '?'
  if (/^[a-z]$/i.test(key)) return key.toLowerCase()
  // Another script: the place of the key counts.
  const isOtherScript = key.length > 0 && key.codePointAt(0)! > 127
  return isOtherScript ? /^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase() ?? '' : ''
}

/** The act of a key press, or null when the key belongs to the browser or to a field. */
export function actOf(pressed: Pressed, where: Where): KeyAct | null {
  const { ctrlKey, metaKey, altKey, repeat, isComposing } = pressed
  if (ctrlKey || metaKey || altKey || repeat || isComposing || where.isTyping) return null
  const sign = signOf(pressed)
  const act = shortcuts.find(([, key]) => key === sign)?.[0]
  return act && (!where.isSheetOpen || OVER_SHEETS.has(act)) ? act : null
}
