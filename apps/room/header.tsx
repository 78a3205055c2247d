import { IconButton } from '#ui/primitives/button.tsx'
import { RollingNumber } from '#ui/primitives/figures.tsx'
import { GlobeIcon, ReceiptIcon, SoundOffIcon, SoundOnIcon } from '#ui/primitives/icons.tsx'
import { Badge, VisuallyHidden } from '#ui/primitives/plain.tsx'
import { useRoom } from './context.ts'
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
  readonly onPlaces: () => void
  readonly onOrders: () => void
}

export function Header({ hasSound, onSound, onPlaces, onOrders }: HeaderProps) {
  const { t } = useWords()
  const merchant = useRoom(({ room }) => room.show.merchant)
  const title = useRoom(({ room }) => room.show.title)
  const hasOpenOrders = useRoom(({ orders }) =>
    orders?.filter((order) => order.state === 'held').length ?? 0)
  return (
    <header className="room-head on-video">
      <div className="room-name">
        <p className="room-merchant"><bdi>{merchant}</bdi></p>
        <h1 className="room-title"><bdi>{title}</bdi></h1>
        <ShowState />
      </div>
      <div className="room-tools">
        <IconButton label={t(hasSound ? 'room.sound.off' : 'room.sound.on')} onPress={onSound}>
          {hasSound ? <SoundOnIcon /> : <SoundOffIcon />}
        </IconButton>
        <IconButton label={t('room.orders.title')} count={hasOpenOrders} onPress={onOrders}>
          <ReceiptIcon />
        </IconButton>
        <IconButton label={t('room.places.title')} onPress={onPlaces}><GlobeIcon /></IconButton>
      </div>
    </header>
  )
}
