import { useEffect, useRef, useState } from 'react'
import { Checkbox } from '#ui/primitives/fields.tsx'
import { Sheet } from '#ui/primitives/layers.tsx'
import { useWords } from '../words.ts'
import { useControl, type Control } from './control-context.ts'
import { nextProduct } from './line-up.ts'

const rows = [
  ['?', 'help'], ['N', 'next'], ['1–9', 'pin'], ['U', 'unpin'], ['O', 'offer'], ['X', 'close'],
  ['C', 'chat'], ['S', 'setup'], ['!', 'stop'],
] as const

const isTyping = (target: EventTarget | null) => target instanceof HTMLElement
  && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))

function run(key: string, control: Control): boolean {
  const { show, products, pin } = control
  if (key === 'c') {
    document.getElementById('chat-say')?.focus()
    return true
  }
  if (!control.canRun) return false
  if (/^[1-9]$/.test(key)) {
    const product = products[Number(key) - 1]
    if (product) pin(product.id)
    return product !== undefined
  }
  switch (key) {
    case 'n': {
      const next = nextProduct(products, show.pinnedProductId)
      if (next) pin(next.id)
      return next !== null
    }
    case 'u': pin(null); return true
    case 'o':
      if (show.state === 'live') control.openOffer(show.pinnedProductId)
      return true
    case 'x': control.closeOffer(); return true
    case 's': control.openSetup(); return true
    // Stopping is held like with the mouse: the key only goes to the button.
    case '!': document.querySelector<HTMLElement>('#stop-sale button')?.focus(); return true
    default: return false
  }
}

const KEY = 'silkcast.studio.keys'

/** Keys of the control room: not while somebody types, not above a sheet. They can be switched off,
 *  for people whose voice or switch control types letters. */
export function useKeys() {
  const control = useControl()
  const latest = useRef(control)
  const [isOpen, setOpen] = useState(false)
  const [isOn, setOn] = useState(() => localStorage.getItem(KEY) !== 'off')
  useEffect(() => { latest.current = control })
  useEffect(() => localStorage.setItem(KEY, isOn ? 'on' : 'off'), [isOn])
  useEffect(() => {
    if (!isOn) return
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return
      if (isTyping(event.target) || document.querySelector('dialog[open]')) return
      if (event.key === '?') setOpen(true)
      else if (!run(event.key.toLowerCase(), latest.current)) return
      event.preventDefault()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [isOn])
  return { isOpen, toggle: () => setOpen((before) => !before), isOn, setOn }
}

export function KeysOverlay({ keys }: { keys: ReturnType<typeof useKeys> }) {
  const { t } = useWords()
  const { canRun } = useControl()
  const shown = rows.filter(([, id]) => canRun || id === 'help' || id === 'chat')
  return (
    <Sheet isOpen={keys.isOpen} title={t('studio.keys')} onClose={keys.toggle}>
      <Checkbox label={t('studio.keys.on')} isChecked={keys.isOn} onChange={keys.setOn} />
      <dl className="keys">
        {shown.map(([key, id]) => (
          <div key={id}><dt><kbd dir="ltr">{key}</kbd></dt><dd>{t(`studio.keys.${id}`)}</dd></div>
        ))}
      </dl>
    </Sheet>
  )
}
