import { useWords } from '../words.ts'
import { useCamera } from './camera-context.ts'
import { useHeard } from './use-watch.ts'

/** How loud the microphone is, as a bar and as a sentence. */
export function Meter({ isSmall = false }: { isSmall?: boolean }) {
  const { t } = useWords()
  const { captured, capture } = useCamera()
  const { bar, hearing } = useHeard(capture)
  const isOn = captured.mic === 'on'
  const sentence = captured.isMuted ? t('studio.camera.sound.muted')
    : t(`studio.camera.sound.${hearing}`)
  return (
    <div className="meter" data-hearing={isOn ? hearing : 'off'}>
      <div
        className="meter-bar" role="meter" aria-label={t('studio.camera.meter')}
        aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(bar * 100)}
      ><span style={{ transform: `scaleX(${isOn ? bar : 0})` }} /></div>
      {!isSmall && isOn && <p className="small" aria-live="polite">{sentence}</p>}
    </div>
  )
}
