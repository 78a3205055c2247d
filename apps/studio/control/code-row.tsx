import { useState } from 'react'
import { IconButton } from '#ui/primitives/button.tsx'
import { CopyIcon, EyeIcon } from '#ui/primitives/icons.tsx'
import { useVoice } from '#ui/primitives/toasts.tsx'
import { useWords } from '../words.ts'

/** A code with its copy button; secret ones are dots until they are asked for. */
export function Code(
  { label, value, isSecret = false, show }:
  { label: string, value: string, isSecret?: boolean, show?: string }
) {
  const { t } = useWords()
  const { toast } = useVoice()
  const [isShown, setShown] = useState(!isSecret)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value)
      toast({ text: t('studio.copied', { what: label }) })
    } catch {
      // Pages that are not on a secure origin may not write to the clipboard.
      setShown(true)
      toast({ kind: 'bad', text: t('studio.copy_failed') })
    }
  }
  return (
    <div className="code">
      <p className="field-label">{label}</p>
      <div className="code-row">
        <code dir="ltr">{isShown ? value : '•'.repeat(24)}</code>
        {isSecret && (
          <IconButton
            label={show ?? t(isShown ? 'studio.key.hide' : 'studio.key.show')} isPressed={isShown}
            onPress={() => setShown(!isShown)}
          ><EyeIcon size={20} /></IconButton>
        )}
        <IconButton label={t('studio.copy', { what: label })} onPress={() => void copy()}>
          <CopyIcon size={20} />
        </IconButton>
      </div>
    </div>
  )
}
