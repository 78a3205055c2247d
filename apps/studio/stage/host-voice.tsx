import { useEffect, useState } from 'react'
import { HOST, type StageView } from '#stage/backstage/contract'
import { Notice } from '#ui/patterns/messages.tsx'
import { Button } from '#ui/primitives/button.tsx'
import { Select } from '#ui/primitives/fields.tsx'
import type { Trouble } from '../camera/devices.ts'
import { useStay } from '../camera/use-watch.ts'
import { useWords } from '../words.ts'
import { useVoiceLine, type VoiceLine } from './use-voice-line.ts'

/** The host's camera page needs a moment before its line stands: only what lasts is said. */
const lastsMs = 5_000

function useLasting(is: boolean): boolean {
  const [lasts, setLasts] = useState(false)
  useEffect(() => {
    if (!is) return setLasts(false)
    const timer = setTimeout(() => setLasts(true), lastsMs)
    return () => clearTimeout(timer)
  }, [is])
  return lasts
}

function Meter({ voice: { heard: { bar, hearing } } }: { voice: VoiceLine }) {
  const { t } = useWords()
  return (
    <div className="meter" data-hearing={hearing}>
      <div
        className="meter-bar" role="meter" aria-label={t('studio.camera.meter')}
        aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(bar * 100)}
      ><span style={{ transform: `scaleX(${bar})` }} /></div>
      {hearing !== 'good' && (
        <p className="small" aria-live="polite">{t(`studio.camera.sound.${hearing}`)}</p>
      )}
    </div>
  )
}

function Mics({ voice: { mics, micId, chooseMic } }: { voice: VoiceLine }) {
  const { t } = useWords()
  if (mics.length < 2) return null
  return (
    <Select
      label={t('studio.camera.mic')}
      value={mics.find(({ deviceId }) => deviceId === micId)?.deviceId ?? mics[0]!.deviceId}
      options={mics.map(({ deviceId, label }) => ({ value: deviceId, label }))}
      onChange={chooseMic}
    />
  )
}

function On({ voice }: { voice: VoiceLine }) {
  const words = useWords()
  const { t } = words
  const { phase, code } = voice.sending
  const isHeard = phase === 'live'
  return (
    <>
      <div className="stage-voice-head">
        <p role="status"><b>{t(isHeard ? 'studio.voice.on' : 'studio.voice.joining')}</b></p>
        <Button onPress={voice.stop}>{t('studio.voice.stop')}</Button>
      </div>
      {code !== null && !isHeard && (
        <Notice kind="bad" isUrgent>{words.refusal({ code })}</Notice>
      )}
      <Meter voice={voice} />
      <Mics voice={voice} />
      <p className="quiet small">{t('studio.voice.stay')}</p>
    </>
  )
}

const troubles = ['blocked', 'missing', 'in_use', 'gone'] as const
const wordFor = (trouble: Trouble) => troubles.find((one) => one === trouble) ?? 'unknown'

/** An encoder sends the show, and guests are never sent what they are in: the host's voice comes to
 *  them from here. Nothing is offered where the camera page sends it already. */
export function HostVoice({ showId, stage }: { showId: string, stage: StageView | null }) {
  const { t } = useWords()
  const voice = useVoiceLine(showId)
  const guests = stage?.guests ?? []
  const isSomebodyIn = guests.some(({ state }) => state === 'waiting' || state === 'on_stage')
  const isOnStage = guests.some(({ state }) => state === 'on_stage')
  const isSent = stage?.senders?.includes(HOST) ?? false
  const isUnheard = useLasting(isOnStage && stage?.senders !== null && !isSent)
  useStay(voice.isOn && isOnStage)
  if (!isSomebodyIn && !voice.isOn) return null
  if (isSent && !voice.isOn) {
    return <p className="quiet small">{t('studio.voice.elsewhere')}</p>
  }
  const start = <Button onPress={voice.start}>{t('studio.voice.start')}</Button>
  return (
    <section className="stage-voice" data-on={voice.isOn || undefined}>
      {voice.trouble && (
        <p className="camera-trouble" role="alert">
          {t(`studio.voice.trouble.${wordFor(voice.trouble)}`)}
        </p>
      )}
      {isUnheard ? (
        <Notice
          kind="warn" title={t('studio.voice.unheard')} actions={voice.isOn ? undefined : start}
        >{t('studio.voice.unheard.text')}</Notice>
      ) : !voice.isOn && start}
      {voice.isOn && <On voice={voice} />}
    </section>
  )
}
