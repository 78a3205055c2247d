import { useEffect } from 'react'
import { closest, nearest, type Box, type Direction } from './spatial.ts'
import { isTypingIn, openDialog } from './use-keys.ts'

const DIRECTIONS: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down',
}
const CONTROLS = 'button, a[href], input, select, textarea'
const BACK_KEYS: readonly string[] = ['GoBack', 'BrowserBack', 'XF86Back']
/** Samsung's and LG's remotes, whose key has no name in older sets. */
const BACK_CODES: readonly number[] = [10009, 461]
const SCROLL_SHARE = 0.5

const scope = (): ParentNode => openDialog() ?? document

function controls(): HTMLElement[] {
  return [...scope().querySelectorAll<HTMLElement>(CONTROLS)].filter((element) =>
    element.checkVisibility({ visibilityProperty: true }) && !element.matches(':disabled'))
}

function focusOn(element: HTMLElement | undefined): boolean {
  if (!element) return false
  element.focus({ preventScroll: true, focusVisible: true } as FocusOptions)
  element.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  return true
}

/** Whether the arrow belongs to the control itself: a caret, a slider, an open list. */
function keepsArrow(element: Element, direction: Direction): boolean {
  const isAlong = direction === 'left' || direction === 'right'
  if (element.matches('input[type=range]')) return isAlong
  if (element instanceof HTMLSelectElement) return CSS.supports('selector(:open)')
    && element.matches(':open')
  if (!isAlong || !isTypingIn(element)) return false
  const { value, selectionStart, selectionEnd } = element as HTMLInputElement
  if (value === '') return false
  const isForward = (direction === 'right') === (getComputedStyle(element).direction === 'ltr')
  return isForward ? selectionEnd !== value.length : selectionStart !== 0
}

/** Nothing to go to that way: the text under the focus scrolls instead. */
function scroll(direction: Direction): void {
  if (direction !== 'up' && direction !== 'down') return
  const parts = [...scope().querySelectorAll<HTMLElement>('.chat-list, .sheet-body, .room-side')]
  const part = parts.find((one) => one.scrollHeight > one.clientHeight + 1)
  const sign = direction === 'down' ? 1 : -1
  part?.scrollBy({ top: sign * part.clientHeight * SCROLL_SHARE })
}

const boxOf = (element: Element): Box => element.getBoundingClientRect()

function isBack(event: KeyboardEvent): boolean {
  return BACK_KEYS.includes(event.key) || BACK_CODES.includes(event.keyCode)
}

/** Arrow keys move the focus to the nearest control, OK acts, Back closes: a remote control is
 *  enough. The focus is always somewhere, also when its control has gone. */
export function useSpatial(isOn: boolean): void {
  useEffect(() => {
    if (!isOn) return
    let last: Box | null = null
    const focused = () => {
      const element = document.activeElement
      return element instanceof HTMLElement && element.matches(CONTROLS) ? element : null
    }
    const settle = () => {
      const all = controls()
      const first = all.findIndex((element) => element.matches('.card-act *'))
      const at = last ? closest(last, all.map(boxOf)) : Math.max(first, 0)
      return focusOn(all[at ?? 0])
    }
    const move = (direction: Direction) => {
      const from = focused()
      if (!from) return void settle()
      const all = controls().filter((element) => element !== from)
      const at = nearest(boxOf(from), all.map(boxOf), direction)
      if (at === null || !focusOn(all[at])) scroll(direction)
    }
    const press = (event: KeyboardEvent) => {
      const from = focused()
      const direction = DIRECTIONS[event.key]
      if (isBack(event) && openDialog()) {
        event.preventDefault()
        openDialog()?.dispatchEvent(new Event('cancel', { cancelable: true }))
      } else if (event.key === 'Enter' && from?.matches('[type=radio], [type=checkbox]')) {
        event.preventDefault()
        from.click()
      } else if (direction && !event.defaultPrevented && !(from && keepsArrow(from, direction))) {
        event.preventDefault()
        move(direction)
      }
    }
    const remember = () => {
      const element = focused()
      if (element && !openDialog()) last = boxOf(element)
    }
    // A control that is taken away takes the focus with it, and no event says so.
    const watch = new MutationObserver(() => {
      if (document.activeElement === document.body && !openDialog()) settle()
    })
    document.addEventListener('keydown', press)
    document.addEventListener('focusin', remember)
    watch.observe(document.body, { childList: true, subtree: true })
    settle()
    return () => {
      document.removeEventListener('keydown', press)
      document.removeEventListener('focusin', remember)
      watch.disconnect()
    }
  }, [isOn])
}
