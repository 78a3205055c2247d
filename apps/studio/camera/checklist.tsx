import type { ReactNode } from 'react'
import { Button } from '#ui/primitives/button.tsx'
import { AlertIcon, CheckIcon, ClockIcon } from '#ui/primitives/icons.tsx'
import { Panel } from '#ui/patterns/workbench.tsx'
import { useControl } from '../control/control-context.ts'
import { useWords } from '../words.ts'
import { useCamera } from './camera-context.ts'
import { bitrateFor } from './upload-test.ts'

type Mark = 'good' | 'bad' | 'open'
const icons = { good: CheckIcon, bad: AlertIcon, open: ClockIcon } as const

function Item({ mark, name, text, act }: {
  mark: Mark, name: string, text: string, act?: ReactNode
}) {
  const Icon = icons[mark]
  return (
    <li data-mark={mark}>
      <Icon size={20} />
      <div>
        <p className="checklist-name">{name}</p>
        <p className="small">{text}</p>
      </div>
      {act}
    </li>
  )
}

function PictureItem() {
  const { t, number } = useWords()
  const { captured, video } = useCamera()
  const isOn = captured.video !== null
  const { videoWidth = 0, videoHeight = 0 } = video.current ?? {}
  const text = !isOn ? t('studio.check.picture.none')
    : videoWidth === 0 ? t('studio.check.picture.yes')
    : t('studio.check.picture.size', { width: number(videoWidth), height: number(videoHeight) })
  return <Item mark={isOn ? 'good' : 'open'} name={t('studio.check.picture')} text={text} />
}

function SoundItem() {
  const { t } = useWords()
  const { captured, hearing } = useCamera()
  const isOn = captured.mic === 'on'
  const mark = !isOn ? 'open' : hearing === 'good' && !captured.isMuted ? 'good' : 'bad'
  const text = !isOn ? t('studio.check.sound.none')
    : captured.isMuted ? t('studio.camera.sound.muted') : t(`studio.camera.sound.${hearing}`)
  return <Item mark={mark} name={t('studio.check.sound')} text={text} />
}

function LightItem() {
  const { t } = useWords()
  const { captured, light } = useCamera()
  const isOn = captured.camera === 'on'
  return (
    <Item
      mark={!isOn ? 'open' : light === 'good' ? 'good' : 'bad'} name={t('studio.check.light')}
      text={t(isOn ? `studio.check.light.${light}` : 'studio.check.picture.none')}
    />
  )
}

function UploadItem() {
  const { t, number } = useWords()
  const { upload, choices, isSending, choose } = useCamera()
  const { state, kbps } = upload
  const best = bitrateFor(kbps)
  const isEnough = best !== null && best >= choices.kbps
  const values = { mbps: number(Math.round(kbps / 100) / 10) }
  const text = state === 'measuring' ? t('studio.check.upload.measuring')
    : state === 'failed' ? t('studio.check.upload.failed')
    : state === 'unknown' ? t('studio.check.upload.unknown')
    : isEnough ? t('studio.check.upload.good', values)
    : best !== null ? t('studio.check.upload.lower', { ...values, best: number(best / 1000) })
    : t('studio.check.upload.bad', values)
  const again = !isSending && state !== 'measuring'
    && <Button kind="quiet" onPress={upload.measure}>{t('studio.check.upload.measure')}</Button>
  const lower = state === 'known' && !isEnough && best !== null
    && <Button onPress={() => choose({ kbps: best })}>{t('studio.check.upload.take')}</Button>
  return (
    <Item
      mark={state !== 'known' ? 'open' : isEnough ? 'good' : 'bad'} name={t('studio.check.upload')}
      text={text} act={lower || again}
    />
  )
}

/** What must be right before the doors open. */
export function Checklist() {
  const { t } = useWords()
  const { show } = useControl()
  const { sending, figures } = useCamera()
  const last = figures.at(-1)
  const arrives = show.signal === 'receiving' && sending.phase === 'live' && last?.fps !== 0
  const { number } = useWords()
  return (
    <Panel title={t('studio.check')}>
      <ul className="checklist">
        <PictureItem />
        <SoundItem />
        <LightItem />
        <UploadItem />
        <Item
          mark={arrives ? 'good' : 'open'} name={t('studio.check.arrives')}
          text={arrives && last
            ? t('studio.check.arrives.yes', { kbps: number(last.kbps), fps: number(last.fps) })
            : t('studio.check.arrives.no')}
        />
      </ul>
    </Panel>
  )
}
