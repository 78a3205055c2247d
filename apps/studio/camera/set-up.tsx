import { Checkbox, Choices, Select } from '#ui/primitives/fields.tsx'
import { Notice } from '#ui/patterns/messages.tsx'
import { useWords } from '../words.ts'
import { useCamera } from './camera-context.ts'
import { bitrates } from './choices.ts'
import { Meter } from './meter.tsx'

/** Devices without a name yet are counted. */
function useDeviceOptions() {
  const { t } = useWords()
  return (devices: readonly MediaDeviceInfo[], fallback: 'camera' | 'mic') =>
    devices.map(({ deviceId, label }, at) => ({
      value: deviceId, label: label || t(`studio.camera.${fallback}.unnamed`, { number: at + 1 }),
    }))
}

function SoundSetUp() {
  const { t } = useWords()
  const optionsOf = useDeviceOptions()
  const { choices, captured, devices, choose } = useCamera()
  return (
    <>
      {devices.mics.length > 0 && (
        <Select
          label={t('studio.camera.mic')} value={captured.micId || choices.micId}
          options={optionsOf(devices.mics, 'mic')} onChange={(micId) => choose({ micId })}
        />
      )}
      {captured.micTrouble && (
        <Notice kind="bad">{t(`studio.camera.mic_trouble.${captured.micTrouble}`)}</Notice>
      )}
      <Meter />
      <Checkbox
        label={t('studio.camera.cleans')} isChecked={choices.cleansVoice && !choices.isMusic}
        onChange={(cleansVoice) => choose({ cleansVoice, isMusic: false })}
      />
      <Checkbox
        label={t('studio.camera.music')} isChecked={choices.isMusic}
        onChange={(isMusic) => choose({ isMusic })}
      />
    </>
  )
}

/** Devices, sound, shape and bitrate; remembered on this device. */
export function SetUp() {
  const { t, number } = useWords()
  const optionsOf = useDeviceOptions()
  const { choices, captured, devices, choose } = useCamera()
  return (
    <div className="set-up">
      {devices.cameras.length > 0 && (
        <Select
          label={t('studio.camera.camera')} value={captured.cameraId || choices.cameraId}
          options={optionsOf(devices.cameras, 'camera')}
          onChange={(cameraId) => choose({ cameraId })}
        />
      )}
      {captured.camera === 'on' && captured.cameraTrouble && (
        <Notice kind="bad">{t(`studio.camera.trouble.${captured.cameraTrouble}`)}</Notice>
      )}
      <SoundSetUp />
      <Choices
        label={t('studio.camera.shape')} value={choices.shape}
        options={(['upright', 'wide'] as const).map((shape) =>
          ({ value: shape, label: t(`studio.camera.shape.${shape}`) }))}
        onChange={(shape) => choose({ shape: shape === 'wide' ? 'wide' : 'upright' })}
      />
      <Choices
        label={t('studio.camera.bitrate')} value={String(choices.kbps)}
        options={bitrates.map((kbps) => ({
          value: String(kbps), label: t('studio.camera.mbps', { mbps: number(kbps / 1000) }),
        }))}
        onChange={(kbps) => choose({ kbps: Number(kbps) })}
      />
      <p className="quiet small">{t('studio.camera.bitrate.hint')}</p>
    </div>
  )
}
