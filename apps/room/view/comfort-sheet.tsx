import { useEffect, useRef } from 'react'
import { Button } from '#ui/primitives/button.tsx'
import { Checkbox, Choices } from '#ui/primitives/fields.tsx'
import { FullScreenIcon, PipIcon } from '#ui/primitives/icons.tsx'
import { Sheet } from '#ui/primitives/layers.tsx'
import { useHouse, useRoom } from '../context.ts'
import { shortcuts } from '../keys/keys.ts'
import { toggleFullScreen, togglePip } from '../stage/screen.ts'
import { useWords } from '../words.ts'
import { dataSavers, savingOf, views, type DataSaver, type View } from './comfort.ts'
import { useScreen } from './use-view.ts'

/** The picture in a small window, and the page on the whole screen: where the browser can. */
export function ScreenButtons({ isWide = false }: { isWide?: boolean }) {
  const { t } = useWords()
  const screen = useScreen()
  return (
    <>
      {screen.hasPip && (
        <Button onPress={togglePip} isWide={isWide}>
          <PipIcon size={20} />{t(screen.isInPip ? 'room.screen.pipOff' : 'room.screen.pip')}
        </Button>
      )}
      {screen.hasFullScreen && (
        <Button onPress={toggleFullScreen} isWide={isWide}>
          <FullScreenIcon size={20} />
          {t(screen.isFullScreen ? 'room.screen.fullOff' : 'room.screen.full')}
        </Button>
      )}
    </>
  )
}

function DataChoice() {
  const { t } = useWords()
  const house = useHouse()
  const dataSaver = useRoom((state) => state.dataSaver)
  const saving = useRoom((state) => savingOf(state.dataSaver, state.isLineThrifty))
  return (
    <div className="comfort-part">
      <Choices
        label={t('room.data.title')} value={dataSaver}
        options={dataSavers.map((value) => ({ value, label: t(`room.data.${value}`) }))}
        onChange={(value) => house.setComfort({ dataSaver: value as DataSaver })}
      />
      <p className="quiet small" role="status">{t(`room.data.now.${saving}`)}</p>
    </div>
  )
}

/** Seconds behind the show, or none. */
function DelayChoice() {
  const { t } = useWords()
  const house = useHouse()
  const delay = useRoom((state) => state.delay)
  if (delay === 'unavailable') return null
  return (
    <div className="comfort-part">
      <h3>{t('room.delay.title')}</h3>
      <p className="quiet small" role="status">{t(`room.delay.${delay}`)}</p>
      <div className="comfort-acts">
        <Button
          isBusy={delay === 'trying'} isDisabled={delay === 'none'}
          onPress={() => house.lowDelay.ask('wish')}
        >
          {t('room.delay.watch')}
        </Button>
      </div>
    </div>
  )
}

function MotionNote() {
  const { t } = useWords()
  const isLess = matchMedia('(prefers-reduced-motion: reduce)').matches
  return (
    <div className="comfort-part">
      <h3>{t('room.motion.title')}</h3>
      <p className="quiet">{t(isLess ? 'room.motion.less' : 'room.motion.how')}</p>
    </div>
  )
}

function KeyList({ isFirst }: { isFirst: boolean }) {
  const { t } = useWords()
  const house = useHouse()
  const hasKeys = useRoom((state) => state.hasKeys)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (!isFirst) return
    heading.current?.focus()
    heading.current?.scrollIntoView({ block: 'start' })
  }, [isFirst])
  return (
    <div className="comfort-part">
      <h3 ref={heading} tabIndex={-1}>{t('room.keys.title')}</h3>
      <dl className="keys" data-off={!hasKeys || undefined}>
        {shortcuts.map(([act, key]) => (
          <div key={act}><dt><kbd>{key}</kbd></dt><dd>{t(`room.keys.${act}`)}</dd></div>
        ))}
        <div><dt><kbd>{t('room.keys.escape')}</kbd></dt><dd>{t('room.keys.close')}</dd></div>
        <div><dt><kbd>{t('room.keys.arrows')}</kbd></dt><dd>{t('room.keys.move')}</dd></div>
      </dl>
      <Checkbox
        label={t('room.keys.on')} isChecked={hasKeys}
        onChange={(isOn) => house.setComfort({ hasKeys: isOn })}
      />
    </div>
  )
}

/** How the show looks and sounds on this device, and the keys that work it. */
export function ComfortSheet({ open, onClose }: {
  readonly open: 'comfort' | 'keys' | null
  readonly onClose: () => void
}) {
  const { t } = useWords()
  const house = useHouse()
  const view = useRoom((state) => state.view)
  return (
    <Sheet isOpen={open !== null} title={t('room.comfort.title')} onClose={onClose}>
      <div className="form">
        <div className="comfort-part">
          <Choices
            label={t('room.view.title')} value={view}
            options={views.map((value) => ({ value, label: t(`room.view.${value}`) }))}
            onChange={(value) => house.setComfort({ view: value as View })}
          />
          <p className="quiet small">{t(`room.view.hint.${view}`)}</p>
        </div>
        <DataChoice />
        <DelayChoice />
        <div className="comfort-acts"><ScreenButtons /></div>
        <MotionNote />
        <hr className="rule" />
        <KeyList isFirst={open === 'keys'} />
      </div>
    </Sheet>
  )
}
