import { useEffect, useRef } from 'react'
import { actOf, type KeyAct } from './keys.ts'

const TYPING = 'input:not([type=checkbox], [type=radio], [type=range], [type=button]), '
  + 'textarea, select, [contenteditable]'

export const isTypingIn = (element: Element | null): boolean => element?.matches(TYPING) ?? false

/** The sheet on top, if any: a modal dialog of the browser. */
export const openDialog = (): HTMLDialogElement | null =>
  [...document.querySelectorAll<HTMLDialogElement>('dialog[open]')].at(-1) ?? null

export type KeyActs = Readonly<Record<KeyAct, () => void>>

/** One letter, one act; never while somebody types, never over another sheet. */
export function useKeys(isOn: boolean, acts: KeyActs): void {
  const latest = useRef(acts)
  useEffect(() => {
    latest.current = acts
  })
  useEffect(() => {
    if (!isOn) return
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return
      const act = actOf(event, {
        isTyping: isTypingIn(document.activeElement), isSheetOpen: openDialog() !== null,
      })
      if (!act) return
      // The letter that opens a sheet must not land in its first field.
      event.preventDefault()
      latest.current[act]()
    }
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  }, [isOn])
}
