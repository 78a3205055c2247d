import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import type { EditReplay } from '#stage/replay/contract'
import type { Show } from '#stage/show/contract'
import { Button, IconButton } from '#ui/primitives/button.tsx'
import { PauseIcon, PlayIcon, VideoIcon } from '#ui/primitives/icons.tsx'
import { Badge } from '#ui/primitives/plain.tsx'
import { EmptyState, Notice } from '#ui/patterns/messages.tsx'
import { may } from '../access.ts'
import { client, must, queries, useAct, useMe, useProducts } from '../house.ts'
import { Answer } from '../shell/page-states.tsx'
import { StorageNotice } from '../storage/storage-notice.tsx'
import { useWords, type WordId } from '../words.ts'
import { ChapterEditor } from './chapter-editor.tsx'
import { CutEditor } from './cut-editor.tsx'
import { Keeping } from './keeping.tsx'
import { placeText } from './time-text.ts'
import { useRecording } from './use-recording.ts'

const MAKING_EVERY_MS = 1500

function useEdit(showId: string) {
  return useQuery({
    queryKey: ['replay', showId],
    queryFn: () => must(client.call('GET /api/shows/:showId/replay/edit', { params: { showId } })),
    refetchInterval: ({ state }) =>
      (state.data?.download.state === 'making' ? MAKING_EVERY_MS : false),
  })
}

function remember(showId: string, replay: EditReplay): void {
  queries.setQueryData(['replay', showId], replay)
  void queries.invalidateQueries({ queryKey: ['show', showId] })
  void queries.invalidateQueries({ queryKey: ['shows'] })
}

function Publication({ show, replay, canRun }: {
  show: Show, replay: EditReplay, canRun: boolean
}) {
  const { t } = useWords()
  const isPublic = replay.state === 'public'
  const publish = useAct((to: boolean) => client.call('PUT /api/shows/:showId/replay/public', {
    params: { showId: show.id }, body: { isPublic: to },
  }), (saved) => remember(show.id, saved))
  return (
    <>
      <Badge kind={isPublic ? 'good' : 'warn'}>
        {t(isPublic ? 'studio.replay.public' : 'studio.replay.withdrawn')}
      </Badge>
      {isPublic && (
        <a className="button" data-kind="quiet" href={`/s/${show.slug}`} target="_blank"
          rel="noreferrer"
        >{t('studio.picture.replay')}</a>
      )}
      {canRun && (
        <Button
          kind={isPublic ? 'plain' : 'primary'} isBusy={publish.isPending}
          onPress={() => publish.mutate(!isPublic)}
        >{t(isPublic ? 'studio.replay.withdraw' : 'studio.replay.publish')}</Button>
      )}
    </>
  )
}

function Gaps({ replay }: { replay: EditReplay }) {
  const { t, number } = useWords()
  if (replay.gaps.length === 0) return null
  const missingMs = replay.gaps.reduce((sum, gap) => sum + gap.missingMs, 0)
  return (
    <p className="quiet small">{t('studio.replay.gaps', {
      count: replay.gaps.length, shown: number(replay.gaps.length), missing: placeText(missingMs),
    })}</p>
  )
}

function Editor({ show, replay, canRun }: { show: Show, replay: EditReplay, canRun: boolean }) {
  const { t } = useWords()
  const recording = useRecording(show.id)
  const products = useProducts()
  const onSaved = (saved: EditReplay) => remember(show.id, saved)
  const parts = { showId: show.id, replay, canRun, onSaved }
  return (
    <div className="replay-grid">
      <div className="replay-main">
        <Notice kind="info">
          {t(replay.state === 'public' ? 'studio.replay.public.text'
            : 'studio.replay.withdrawn.text')}
        </Notice>
        <div className="replay-picture on-video">
          <video ref={recording.video} playsInline aria-label={t('studio.replay.picture')} />
          {recording.hasFailed && <p className="programme-out">{t('studio.replay.failed')}</p>}
        </div>
        <div className="replay-play">
          <IconButton
            label={t(recording.isPaused ? 'studio.replay.play' : 'studio.replay.pause')}
            onPress={recording.toggle}
          >{recording.isPaused ? <PlayIcon filled /> : <PauseIcon />}</IconButton>
          <span className="figures" dir="ltr">
            {placeText(recording.atMs).split('.')[0]} / {placeText(replay.durationMs).split('.')[0]}
          </span>
          <Gaps replay={replay} />
        </div>
        <CutEditor {...parts} recording={recording} />
        <Keeping {...parts} />
      </div>
      <ChapterEditor
        {...parts} products={products.data ?? []} atMs={recording.atMs} onSeek={recording.seek}
      />
    </div>
  )
}

function Nothing({ replay }: { replay: EditReplay }) {
  const { t, dateTime } = useWords()
  const why = replay.removedWhy === null ? 'studio.replay.none.text'
    : `studio.replay.removed.${replay.removedWhy}` as WordId
  return (
    <EmptyState
      icon={<VideoIcon size={40} />}
      title={t(replay.state === 'removed' ? 'studio.replay.removed' : 'studio.replay.none')}
      text={t(why, { when: dateTime(replay.removedAtMs ?? 0) })}
      action={(
        <Link className="button" data-kind="plain" to="/studio">{t('studio.to_shows')}</Link>
      )}
    />
  )
}

/** The recording of one ended show: cut, chapters, publication, file, end. */
export function ReplayPage() {
  const { showId } = useParams({ strict: false }) as { showId: string }
  const show = useQuery({
    queryKey: ['show', showId],
    queryFn: () => must(client.call('GET /api/shows/:showId', { params: { showId } })),
  })
  const edit = useEdit(showId)
  const me = useMe()
  const canRun = may(me.data, 'show.run')
  return (
    <div className="page replay-page">
      <Answer of={show} rows={2}>{(known) => (
        <>
          <header className="page-head">
            <h1 dir="auto">{known.title}</h1>
            {(edit.data?.state === 'public' || edit.data?.state === 'withdrawn')
              && <Publication show={known} replay={edit.data} canRun={canRun} />}
          </header>
          <StorageNotice />
          <Answer of={edit} rows={8}>{(replay) => (
            replay.state === 'none' || replay.state === 'removed' ? <Nothing replay={replay} />
              : <Editor key={known.id} show={known} replay={replay} canRun={canRun} />
          )}</Answer>
        </>
      )}</Answer>
    </div>
  )
}
