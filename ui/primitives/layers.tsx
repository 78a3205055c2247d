import { useEffect, useId, useLayoutEffect, useRef, useState } from 'react'
import type { ReactNode, RefObject } from 'react'
import { useWords } from '../words.tsx'
import { IconButton } from './button.tsx'
import { BackIcon, CloseIcon } from './icons.tsx'
import { Said } from './toasts.tsx'

/** The browser's own modal dialog: it traps the focus, answers Esc, and gives the focus back. */
function useModal(isOpen: boolean, onClose: () => void) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [isShown, setShown] = useState(isOpen)
  if (isOpen && !isShown) setShown(true)

  useEffect(() => {
    const element = dialog.current
    if (!element) return
    if (isOpen && !element.open) element.showModal()
    if (isOpen) return
    if (element.open) element.close()
    // The content stays until the way out has been seen.
    const timer = setTimeout(() => setShown(false), 220)
    return () => clearTimeout(timer)
  }, [isOpen, isShown])

  // Taken out of the page while open, a dialog must be closed first, or the focus is lost.
  useLayoutEffect(() => {
    const element = dialog.current
    return () => element?.close()
  }, [isShown])

  const props = {
    ref: dialog,
    onCancel: (event: { preventDefault(): void }) => {
      event.preventDefault()
      onClose()
    },
    onClose: () => isOpen && onClose(),
  }
  return { props, isShown }
}

export interface SheetProps {
  readonly isOpen: boolean
  readonly title: string
  readonly onClose: () => void
  /** Shows an arrow before the title. */
  readonly onBack?: (() => void) | undefined
  readonly children: ReactNode
  /** Stays in reach of the thumb while the content scrolls. */
  readonly foot?: ReactNode
  /** `side` (the default): a bottom sheet on a phone, at the side on larger screens. */
  readonly side?: 'side' | 'bottom'
  readonly isWide?: boolean
}

/** The scrim belongs to the dialog element itself: a click on it, and only on it, closes. */
function useScrim(
  dialog: RefObject<HTMLDialogElement | null>, isShown: boolean, onClose: () => void,
) {
  useEffect(() => {
    const element = dialog.current
    if (!element) return
    const press = (event: MouseEvent) => event.target === element && onClose()
    element.addEventListener('click', press)
    return () => element.removeEventListener('click', press)
  }, [dialog, isShown, onClose])
}

export function Sheet(props: SheetProps) {
  const { isOpen, title, onClose, onBack, children, foot } = props
  const { t } = useWords()
  const modal = useModal(isOpen, onClose)
  useScrim(modal.props.ref, modal.isShown, onClose)
  const titleId = useId()
  const heading = useRef<HTMLHeadingElement>(null)
  const shownTitle = useRef(title)
  useEffect(() => {
    // The next step of the same sheet: readers start at its name.
    if (shownTitle.current !== title) heading.current?.focus()
    shownTitle.current = title
  }, [title])
  if (!modal.isShown) return null
  return (
    <dialog
      {...modal.props} className="sheet" data-side={props.side ?? 'side'}
      data-wide={props.isWide || undefined} aria-labelledby={titleId}
    >
      <header className="sheet-head">
        {onBack && (
          <IconButton label={t('action.back')} onPress={onBack}>
            <span className="mirrored"><BackIcon /></span>
          </IconButton>
        )}
        <h2 ref={heading} id={titleId} tabIndex={-1}>{title}</h2>
        <IconButton label={t('action.close')} onPress={onClose}><CloseIcon /></IconButton>
      </header>
      <div className="sheet-body">{children}</div>
      {foot && <footer className="sheet-foot">{foot}</footer>}
      <Said />
    </dialog>
  )
}

export interface DialogProps {
  readonly isOpen: boolean
  readonly title: string
  readonly onClose: () => void
  readonly children?: ReactNode
  /** Buttons, the safe one first. */
  readonly actions: ReactNode
}

/** A short question in the middle of the screen. Work belongs in a Sheet. */
export function Dialog({ isOpen, title, onClose, children, actions }: DialogProps) {
  const modal = useModal(isOpen, onClose)
  const titleId = useId()
  if (!modal.isShown) return null
  return (
    <dialog {...modal.props} className="dialog" aria-labelledby={titleId}>
      <div className="dialog-body">
        <h2 id={titleId}>{title}</h2>
        {children}
        <div className="dialog-actions">{actions}</div>
      </div>
    </dialog>
  )
}

export interface MenuItem {
  readonly label: string
  readonly icon?: ReactNode
  readonly isDangerous?: boolean
  readonly onPress: () => void
}

/** A button that opens a short list of acts. */
export function Menu({ label, icon, items }: {
  readonly label: string
  readonly icon: ReactNode
  readonly items: readonly MenuItem[]
}) {
  const id = useId()
  const list = useRef<HTMLDivElement>(null)
  const move = (by: number) => {
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])]
    const at = buttons.findIndex((button) => button === document.activeElement)
    buttons[(at + by + buttons.length) % buttons.length]?.focus()
  }
  return (
    <>
      <IconButton label={label} popoverTarget={id}>{icon}</IconButton>
      <div
        ref={list} id={id} popover="auto" className="menu" role="menu" aria-label={label}
        tabIndex={-1}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') move(1)
          if (event.key === 'ArrowUp') move(-1)
        }}
        onToggle={(event) => event.newState === 'open' && move(1)}
      >
        {items.map((item) => (
          <button
            key={item.label} type="button" role="menuitem"
            data-kind={item.isDangerous ? 'danger' : undefined}
            onClick={() => {
              list.current?.hidePopover()
              item.onPress()
            }}
          >{item.icon}{item.label}</button>
        ))}
      </div>
    </>
  )
}
