import { Link } from '@tanstack/react-router'
import type { Show } from '#stage/show/contract'
import { Badge } from '#ui/primitives/plain.tsx'
import { VideoIcon } from '#ui/primitives/icons.tsx'
import { EmptyState } from '#ui/patterns/messages.tsx'
import { may } from '../access.ts'
import { useMe, useShows } from '../house.ts'
import { Answer } from '../shell/page-states.tsx'
import { StorageNotice } from '../storage/storage-notice.tsx'
import { useWords } from '../words.ts'

function State({ show }: { show: Show }) {
  const { t } = useWords()
  if (show.state === 'live') return <Badge kind="live" hasDot>{t('studio.state.live')}</Badge>
  return show.state === 'scheduled' ? <Badge kind="info">{t('studio.state.scheduled')}</Badge>
    : <Badge>{t('studio.state.ended')}</Badge>
}

function ShowRow({ show, isNext, canRun }: { show: Show, isNext: boolean, canRun: boolean }) {
  const { t, dateTime, number } = useWords()
  const params = { showId: show.id }
  const whenMs = show.endedAtMs ?? show.startedAtMs ?? show.startsAtMs
  return (
    <li className="show-row" data-next={isNext || undefined}>
      <div>
        <h2><Link to="/studio/shows/$showId" params={params}>{show.title}</Link></h2>
        <p className="show-state">
          <State show={show} />
          {show.state === 'live' && show.signal === 'lost' && (
            <Badge kind="bad">{t('studio.signal.lost')}</Badge>
          )}
          {isNext && <Badge kind="good">{t('studio.shows.next')}</Badge>}
          {show.hasRecording && !show.hasReplay && (
            <Badge kind="warn">{t('studio.replay.withdrawn')}</Badge>
          )}
          {show.isDemo && <Badge kind="outline">{t('studio.demo')}</Badge>}
          <span>{dateTime(whenMs)}</span>
          <span>{t('studio.shows.products', { count: number(show.lineUp.length) })}</span>
        </p>
      </div>
      {canRun && show.state !== 'ended' && (
        <Link className="button" data-kind="quiet" to="/studio/shows/$showId/plan" params={params}>
          {t('studio.plan')}
        </Link>
      )}
      {show.hasRecording && (
        <Link
          className="button" data-kind="quiet" to="/studio/shows/$showId/replay" params={params}
        >{t('studio.replay')}</Link>
      )}
      <Link
        className="button" data-kind={isNext || show.state === 'live' ? 'primary' : 'plain'}
        to="/studio/shows/$showId" params={params}
      >
        {t(show.state === 'ended' ? 'studio.shows.look' : 'studio.shows.enter')}
      </Link>
    </li>
  )
}

export function ShowsPage() {
  const { t } = useWords()
  const shows = useShows()
  const me = useMe()
  const canRun = may(me.data, 'show.run')
  const plan = canRun && (
    <Link
      className="button" data-kind="primary" to="/studio/shows/new"
    >{t('studio.shows.new')}</Link>
  )
  return (
    <div className="page">
      <header className="page-head"><h1>{t('studio.nav.shows')}</h1>{plan}</header>
      <StorageNotice />
      <Answer of={shows}>{(list) => {
        if (list.length === 0) {
          return (
            <EmptyState
              icon={<VideoIcon size={40} />} title={t('studio.shows.none')}
              text={t('studio.shows.none.text')} action={plan}
            />
          )
        }
        const isOnAir = list.some((show) => show.state === 'live')
        const next = isOnAir ? undefined : list.filter((show) => show.state === 'scheduled')
          .sort((a, b) => a.startsAtMs - b.startsAtMs)[0]
        return (
          <ul className="shows">
            {list.map((show) => (
              <ShowRow key={show.id} show={show} isNext={show.id === next?.id} canRun={canRun} />
            ))}
          </ul>
        )
      }}</Answer>
    </div>
  )
}
