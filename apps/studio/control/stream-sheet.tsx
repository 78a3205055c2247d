import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState, type ReactNode } from 'react'
import { Button } from '#ui/primitives/button.tsx'
import { Dialog, Sheet } from '#ui/primitives/layers.tsx'
import { Facts, Tabs } from '#ui/patterns/workbench.tsx'
import { client, must, queries, useAct } from '../house.ts'
import { Answer } from '../shell/page-states.tsx'
import { useWords } from '../words.ts'
import { useAlertText } from './alert-text.ts'
import { streamAlerts } from './alerts.ts'
import { Code } from './code-row.tsx'
import { useControl } from './control-context.ts'
import { ObsGuests } from './obs-guests.tsx'
import { Notice } from '#ui/patterns/messages.tsx'
import { PhoneCode } from './phone-code.tsx'

function Rotate({ showId }: { showId: string }) {
  const { t } = useWords()
  const [isAsking, setAsking] = useState(false)
  const rotate = useAct(() => client.call('POST /api/shows/:showId/ingest/rotate', {
    params: { showId },
  }), (ingest) => {
    queries.setQueryData(['ingest', showId], ingest)
    setAsking(false)
  })
  return (
    <>
      <Button onPress={() => setAsking(true)}>{t('studio.key.rotate')}</Button>
      <Dialog
        isOpen={isAsking} title={t('studio.key.rotate.sure')} onClose={() => setAsking(false)}
        actions={(
          <>
            <Button onPress={() => setAsking(false)}>{t('studio.cancel')}</Button>
            <Button
              kind="danger" isBusy={rotate.isPending} onPress={() => rotate.mutate(undefined)}
            >
              {t('studio.key.rotate')}
            </Button>
          </>
        )}
      ><p>{t('studio.key.rotate.text')}</p></Dialog>
    </>
  )
}

const obsRows = ['encoder', 'rate', 'bitrate', 'keyframes', 'bframes', 'size'] as const
const ways = ['here', 'whip', 'rtmp'] as const
type Way = (typeof ways)[number]

/** What is wrong with what arrives now, each with the setting to change. */
function Problems() {
  const textOf = useAlertText()
  const { show } = useControl()
  return streamAlerts(show).map((problem) => {
    const { title, text } = textOf(problem)
    return (
      <Notice
        key={problem.key} kind={problem.isBad ? 'bad' : 'warn'} title={title}
      >{text}</Notice>
    )
  })
}

/** This computer's camera, or a phone's. */
function Here({ showId }: { showId: string }) {
  const { t } = useWords()
  return (
    <>
      <p>{t('studio.setup.here.how')}</p>
      <p>
        <Link
          className="button" data-kind="primary" to="/studio/shows/$showId/camera"
          params={{ showId }}
        >{t('studio.setup.here.open')}</Link>
      </p>
      <PhoneCode />
    </>
  )
}

function Obs({ showId, way }: { showId: string, way: 'whip' | 'rtmp' }) {
  const { t } = useWords()
  // Reading the key is recorded, so it is read when somebody wants to see it, and once.
  const ingest = useQuery({
    queryKey: ['ingest', showId], staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => must(client.call('GET /api/shows/:showId/ingest', { params: { showId } })),
  })
  const isWhip = way === 'whip'
  return (
    <>
      <p>{t(isWhip ? 'studio.setup.whip.how' : 'studio.setup.how')}</p>
      <Answer of={ingest} rows={2}>{({ rtmpUrl, streamKey }) => (
        <>
          <Code
            label={t('studio.setup.server')}
            value={isWhip ? `${location.origin}/media/whip` : rtmpUrl}
          />
          <Code
            label={t(isWhip ? 'studio.setup.token' : 'studio.setup.key')} value={streamKey}
            isSecret key={streamKey}
          />
        </>
      )}</Answer>
      {isWhip && location.protocol === 'https:' && (
        <p className="quiet small">{t('studio.setup.whip.trust')}</p>
      )}
      <Rotate showId={showId} />
      <h3>{t('studio.obs')}</h3>
      <Facts
        rows={[
          ...obsRows.map((row): [string, ReactNode] =>
            [t(`studio.obs.${row}`), <bdi key={row}>{t(`studio.obs.${row}.value`)}</bdi>]),
          [t('studio.obs.audio'), (
            <bdi key="audio">{t(isWhip ? 'studio.obs.audio.whip' : 'studio.obs.audio.value')}</bdi>
          )],
        ]}
      />
      <p className="quiet small">{t('studio.obs.path')}</p>
      <ObsGuests showId={showId} />
    </>
  )
}

function Ingest({ showId }: { showId: string }) {
  const { t } = useWords()
  const [way, setWay] = useState<Way>('here')
  return (
    <div className="stack">
      <Problems />
      <Tabs
        label={t('studio.setup.ways')} current={way}
        tabs={ways.map((id) => ({ id, label: t(`studio.setup.way.${id}`) }))}
        onChange={(id) => setWay(ways.find((one) => one === id) ?? 'here')}
      />
      <div className="stack" role="tabpanel" aria-labelledby={`tab-${way}`}>
        {way === 'here' ? <Here showId={showId} /> : <Obs showId={showId} way={way} />}
      </div>
    </div>
  )
}

export function StreamSheet({ isOpen, onClose }: { isOpen: boolean, onClose: () => void }) {
  const { t } = useWords()
  const { show } = useControl()
  return (
    <Sheet isOpen={isOpen} title={t('studio.setup')} onClose={onClose}>
      {isOpen && <Ingest showId={show.id} />}
    </Sheet>
  )
}
