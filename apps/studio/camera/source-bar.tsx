import { Button } from '#ui/primitives/button.tsx'
import { Choices } from '#ui/primitives/fields.tsx'
import { Notice } from '#ui/patterns/messages.tsx'
import { useWords } from '../words.ts'
import { useCamera } from './camera-context.ts'
import { corners } from './choices.ts'
import { canShareScreen } from './devices.ts'
import type { Source } from './layout.ts'

const sources: readonly Source[] = ['camera', 'screen', 'both']

/** What is in the picture: changed while it goes out, without a break. */
export function SourceBar() {
  const { t } = useWords()
  const { captured, capture, choices, choose } = useCamera()
  const { source, screenTrouble, screenHasSound } = captured
  if (!canShareScreen()) return null
  return (
    <div className="source-bar">
      <Choices
        label={t('studio.camera.source')} value={source}
        options={sources.map((value) => ({ value, label: t(`studio.camera.source.${value}`) }))}
        onChange={(value) =>
          void capture?.setSource(sources.find((one) => one === value) ?? 'camera')}
      />
      {source === 'both' && (
        <Choices
          label={t('studio.camera.corner')} value={choices.corner}
          options={corners.map((value) => ({ value, label: t(`studio.camera.corner.${value}`) }))}
          onChange={(value) =>
            choose({ corner: corners.find((one) => one === value) ?? choices.corner })}
        />
      )}
      {source !== 'camera' && (
        <p className="quiet small">
          {t(screenHasSound ? 'studio.camera.screen.sound' : 'studio.camera.screen.no_sound')}
        </p>
      )}
      {screenTrouble && screenTrouble !== 'cancelled' && (
        <Notice kind="bad">{t('studio.camera.screen.trouble')}</Notice>
      )}
    </div>
  )
}

export function MuteButton() {
  const { t } = useWords()
  const { captured, capture } = useCamera()
  return (
    <Button onPress={() => capture?.setMuted(!captured.isMuted)}>
      {t(captured.isMuted ? 'studio.camera.unmute' : 'studio.camera.mute')}
    </Button>
  )
}
