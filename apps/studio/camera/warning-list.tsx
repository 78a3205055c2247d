import { AlertIcon } from '#ui/primitives/icons.tsx'
import { useWords } from '../words.ts'
import { useCamera } from './camera-context.ts'
import { useSendingText } from './sending-text.ts'

/** What is wrong now and what to do about it, large enough to be read from where the host is. */
export function WarningList({ most = 3 }: { most?: number }) {
  const { t, number } = useWords()
  const { warnings, sending } = useCamera()
  const sendingText = useSendingText()
  const isSilent = sending.phase === 'idle' || sending.phase === 'preview'
    || sending.phase === 'live' || (sending.phase === 'connecting' && sending.tries === 0)
  return (
    <ul className="warnings" aria-live="polite" aria-relevant="additions">
      {!isSilent && (
        <li data-bad><AlertIcon size={22} /><p>{sendingText(sending)}</p></li>
      )}
      {warnings.slice(0, most).map(({ kind, isBad, values }) => (
        <li key={kind} data-bad={isBad || undefined}>
          <AlertIcon size={22} />
          <p>{t(`studio.camera.warn.${kind}`, Object.fromEntries(
            Object.entries(values).map(([name, value]) => [name, number(value)])))}</p>
        </li>
      ))}
    </ul>
  )
}
