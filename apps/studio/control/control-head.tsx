import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { clockText } from '#ui/countdown-math.ts'
import { Button } from '#ui/primitives/button.tsx'
import { HoldButton } from '#ui/primitives/hold-button.tsx'
import { Menu } from '#ui/primitives/layers.tsx'
import { Badge, VisuallyHidden } from '#ui/primitives/plain.tsx'
import { EyeIcon, MoreIcon } from '#ui/primitives/icons.tsx'
import { client, rememberShow, useAct } from '../house.ts'
import { useWords } from '../words.ts'
import { useControl } from './control-context.ts'
import { StopSale } from './sale-stop.tsx'

/** How long the show has been on air. */
export function OnAir({ sinceMs }: { sinceMs: number }) {
  const { now } = useControl().live
  const [seconds, setSeconds] = useState(0)
  useEffect(() => {
    const look = () => setSeconds(Math.max(0, Math.floor((now() - sinceMs) / 1000)))
    look()
    const timer = setInterval(look, 1000)
    return () => clearInterval(timer)
  }, [now, sinceMs])
  return <span className="figures" dir="ltr">{clockText(seconds)}</span>
}

export function State() {
  const { t, dateTime } = useWords()
  const { show } = useControl()
  if (show.state === 'scheduled') {
    return <><Badge kind="info">{t('studio.state.scheduled')}</Badge>
      <span className="quiet small">{dateTime(show.startsAtMs)}</span></>
  }
  if (show.state === 'ended') return <Badge>{t('studio.state.ended')}</Badge>
  return (
    <>
      <Badge kind="live" hasDot>{t('studio.state.live')}</Badge>
      {show.startedAtMs !== null && <OnAir sinceMs={show.startedAtMs} />}
    </>
  )
}

export function Viewers() {
  const { t, number } = useWords()
  const room = useControl().live.state.room
  if (!room) return null
  return (
    <span className="head-viewers">
      <EyeIcon size={20} />
      <span className="figures" aria-hidden="true">{number(room.viewers)}</span>
      <VisuallyHidden>{t('studio.viewers.count', { count: number(room.viewers) })}</VisuallyHidden>
      {room.demoViewers > 0 && (
        <Badge
          kind="outline"
        >{t('studio.viewers.demo', { count: number(room.demoViewers) })}</Badge>
      )}
    </span>
  )
}

/** A demo show is run by a director until a person takes it, and may be given back. */
function TakeOver() {
  const { t } = useWords()
  const { show } = useControl()
  const act = useAct((directed: boolean) => client.call('POST /api/shows/:showId/take-over', {
    params: { showId: show.id }, body: { directed },
  }), rememberShow)
  if (!show.isDemo || show.state === 'ended') return null
  return (
    <Button
      kind={show.isDirected ? 'primary' : 'quiet'} isBusy={act.isPending}
      onPress={() => act.mutate(!show.isDirected)}
    >{t(show.isDirected ? 'studio.take_over' : 'studio.give_back')}</Button>
  )
}

function GoLive() {
  const { t } = useWords()
  const { show, live, openSetup } = useControl()
  const act = useAct(() => client.call('POST /api/shows/:showId/go-live', {
    params: { showId: show.id },
  }), rememberShow)
  const hasSignal = (live.state.stage ?? show).signal === 'receiving'
  if (!hasSignal) {
    return (
      <>
        <Button onPress={openSetup}>{t('studio.setup.open')}</Button>
        <span className="visually-hidden" id="go-live-needs">{t('studio.go_live.needs')}</span>
        <Button kind="primary" size="large" isDisabled aria-describedby="go-live-needs">
          {t('studio.go_live')}
        </Button>
      </>
    )
  }
  return (
    <Button
      kind="primary" size="large" isBusy={act.isPending} onPress={() => act.mutate(undefined)}
    >
      {t('studio.go_live')}
    </Button>
  )
}

export function EndShow() {
  const { t } = useWords()
  const { show } = useControl()
  const act = useAct(() => client.call('POST /api/shows/:showId/end', {
    params: { showId: show.id },
  }), rememberShow)
  return (
    <span className="end-show">
      <HoldButton onConfirm={() => act.mutate(undefined)} isDisabled={act.isPending}>
        {t('studio.end_show')}
      </HoldButton>
    </span>
  )
}

export function ControlHead({ onKeys }: { onKeys: () => void }) {
  const { t } = useWords()
  const { show, canRun } = useControl()
  const navigate = useNavigate()
  const plan = () =>
    void navigate({ to: '/studio/shows/$showId/plan', params: { showId: show.id } })
  return (
    <header className="control-head">
      <h1 dir="auto" title={show.title}>{show.title}</h1>
      <State />
      <Viewers />
      <span className="control-head-gap" />
      {canRun && <TakeOver />}
      {canRun && show.state === 'scheduled' && <GoLive />}
      {canRun && show.state === 'live' && <><EndShow /><StopSale /></>}
      <Menu
        label={t('studio.more')} icon={<MoreIcon />}
        items={[
          ...(canRun ? [{ label: t('studio.plan'), onPress: plan }] : []),
          {
            label: t('studio.see_room'),
            onPress: () => void open(`/s/${show.slug}`, '_blank', 'noreferrer'),
          },
          { label: t('studio.keys'), onPress: onKeys },
        ]}
      />
    </header>
  )
}
