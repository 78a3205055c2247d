import { createContext, use, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { useWords } from '../words.tsx'
import { Button, IconButton } from './button.tsx'
import { CloseIcon } from './icons.tsx'

export interface Toast {
  readonly text: string
  readonly kind?: 'plain' | 'bad'
  readonly action?: { readonly label: string, readonly onPress: () => void }
  /** Milliseconds; 6,000 when not said, for ever when there is an action. */
  readonly showMs?: number
}

interface Voice {
  /** A short message at the bottom. Never the only place where something important is said. */
  toast(toast: Toast): void
  /** For screen readers only, politely: prices, offers, states that change by themselves. */
  announce(text: string): void
}

const VoiceContext = createContext<Voice | null>(null)
const SaidContext = createContext('')

/** The last announcement, where screen readers hear it. A modal sheet silences everything outside
 *  itself, so each sheet has one of its own. */
export function Said() {
  return <p className="visually-hidden" aria-live="polite">{use(SaidContext)}</p>
}

export function useVoice(): Voice {
  const voice = use(VoiceContext)
  if (!voice) throw new Error('bug: no VoiceProvider above')
  return voice
}

interface Shown extends Toast { readonly key: number }

const MOST_AT_ONCE = 3

function ToastLine({ toast, onGone }: { toast: Shown, onGone: (key: number) => void }) {
  const { t } = useWords()
  const { key, showMs } = toast
  const stays = toast.action !== undefined && showMs === undefined
  useEffect(() => {
    if (stays) return
    const timer = setTimeout(() => onGone(key), showMs ?? 6000)
    return () => clearTimeout(timer)
  }, [key, onGone, showMs, stays])
  return (
    <li className="toast" data-kind={toast.kind}>
      <p>{toast.text}</p>
      {toast.action && (
        <Button kind="quiet" onPress={() => { toast.action?.onPress(); onGone(key) }}>
          {toast.action.label}
        </Button>
      )}
      <IconButton label={t('action.close')} onPress={() => onGone(key)}>
        <CloseIcon size={18} />
      </IconButton>
    </li>
  )
}

/** Toasts and announcements for everything below. */
export function VoiceProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly Shown[]>([])
  const [said, setSaid] = useState('')
  const next = useRef(0)
  const region = useRef<HTMLDivElement>(null)

  const gone = useCallback((key: number) =>
    setToasts((all) => all.filter((toast) => toast.key !== key)), [])
  const voice = useMemo<Voice>(() => ({
    toast(toast) {
      const key = next.current++
      setToasts((all) => [...all.slice(1 - MOST_AT_ONCE), { ...toast, key }])
    },
    // A no-break space makes the same sentence new, so that it is read again.
    announce: (text) => setSaid((before) => (before === text ? `${text}\u00a0` : text)),
  }), [])

  // Shown anew each time, so that it lies above a sheet that opened meanwhile.
  useEffect(() => {
    const element = region.current
    if (!element) return
    if (element.matches(':popover-open')) element.hidePopover()
    if (toasts.length > 0) element.showPopover()
  }, [toasts])

  return (
    <VoiceContext value={voice}>
      <SaidContext value={said}>{children}<Said /></SaidContext>
      <div ref={region} popover="manual" className="toasts" role="status">
        <ul className="toasts-list">
          {toasts.map((toast) => <ToastLine key={toast.key} toast={toast} onGone={gone} />)}
        </ul>
      </div>
    </VoiceContext>
  )
}
