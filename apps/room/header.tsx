import { Button, IconButton } from '#ui/primitives/button.tsx'
import { RollingNumber } from '#ui/primitives/figures.tsx'
import { FullScreenIcon, GlobeIcon, MenuIcon, PipIcon, ReceiptIcon, SoundOffIcon, SoundOnIcon,
  ViewIcon } from '#ui/primitives/icons.tsx'
import { Badge, VisuallyHidden } from '#ui/primitives/plain.tsx'
import { useRoom } from './context.ts'
import type { Opened } from './opened.ts'
import { toggleFullScreen, togglePip } from './stage/screen.ts'
import { useScreen } from './view/use-view.ts'
import { useWords } from './words.ts'

function ShowState() {
  const { t, number } = useWords()
  const state = useRoom(({ room }) => room.show.state)
  const hasReplay = useRoom(({ room }) => room.show.hasReplay)
  const viewers = useRoom(({ room }) => room.viewers)
  const demo = useRoom(({ room }) => room.demoViewers)
  if (state === 'ended') {
    return <Badge>{t(hasReplay ? 'room.state.ended' : 'room.state.over')}</Badge>
  }
  if (state === 'scheduled') return <Badge>{t('room.state.scheduled')}</Badge>
  return (
    <span className="live-row">
      <Badge kind="live" hasDot>
        {t('room.state.live')}
        <span aria-hidden="true"><RollingNumber value={viewers} /></span>
        <VisuallyHidden>{t('room.viewers', { count: viewers })}</VisuallyHidden>
      </Badge>
      {demo > 0 && (
        <Badge kind="outline">
          <span aria-hidden="true">+{number(demo)} {t('room.demo')}</span>
          <VisuallyHidden>{t('room.viewersDemo', { count: demo })}</VisuallyHidden>
        </Badge>
      )}
    </span>
  )
}

export interface HeaderProps {
  readonly hasSound: boolean
  readonly onSound: () => void
  readonly onOpen: (what: Opened) => void
}

function Tools({ hasSound, onSound, onOpen }: HeaderProps) {
  const { t } = useWords()
  const screen = useScreen()
  const openOrders = useRoom(({ orders }) =>
    orders?.filter((order) => order.state === 'held').length ?? 0)
  return (
    <>
      <IconButton label={t(hasSound ? 'room.sound.off' : 'room.sound.on')} onPress={onSound}>
        {hasSound ? <SoundOnIcon /> : <SoundOffIcon />}
      </IconButton>
      {/* Small screens have these two in the sheet of the view: the name needs the room. */}
      <span className="screen-tools">
        {screen.hasPip && (
          <IconButton
            label={t(screen.isInPip ? 'room.screen.pipOff' : 'room.screen.pip')}
            onPress={togglePip}
          ><PipIcon /></IconButton>
        )}
        {screen.hasFullScreen && (
          <IconButton
            label={t(screen.isFullScreen ? 'room.screen.fullOff' : 'room.screen.full')}
            onPress={toggleFullScreen}
          ><FullScreenIcon /></IconButton>
        )}
      </span>
      <IconButton
        label={t('room.orders.title')} count={openOrders} onPress={() => onOpen('orders')}
      >
        <ReceiptIcon />
      </IconButton>
      <IconButton label={t('room.places.title')} onPress={() => onOpen('places')}>
        <GlobeIcon />
      </IconButton>
      <IconButton label={t('room.comfort.title')} onPress={() => onOpen('comfort')}>
        <ViewIcon />
      </IconButton>
    </>
  )
}

export function Header(props: HeaderProps) {
  const { t } = useWords()
  const merchant = useRoom(({ room }) => room.show.merchant)
  const title = useRoom(({ room }) => room.show.title)
  const isSilver = useRoom(({ view }) => view === 'silver')
  return (
    <header className="room-head on-video">
      <div className="room-name">
        <p className="room-merchant"><bdi>{merchant}</bdi></p>
        <h1 className="room-title"><bdi>{title}</bdi></h1>
        <ShowState />
      </div>
      <div className="room-tools">
        {isSilver ? (
          <Button onPress={() => props.onOpen('more')}><MenuIcon />{t('room.more.title')}</Button>
        ) : <Tools {...props} />}
      </div>
    </header>
  )
}
