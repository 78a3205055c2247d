import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState, type ReactNode } from 'react'
import { Button, IconButton } from '#ui/primitives/button.tsx'
import { CopyIcon, EyeIcon } from '#ui/primitives/icons.tsx'
import { Dialog, Sheet } from '#ui/primitives/layers.tsx'
import { useVoice } from '#ui/primitives/toasts.tsx'
import { Facts, Tabs } from '#ui/patterns/workbench.tsx'
import { client, must, queries, useAct } from '../house.ts'
import { Answer } from '../shell/page-states.tsx'
import { useWords } from '../words.ts'
import { useAlertText } from './alert-text.ts'
import { streamAlerts } from './alerts.ts'
import { useControl } from './control-context.ts'
import { Notice } from '#ui/patterns/messages.tsx'
import { PhoneCode } from './phone-code.tsx'

/** A code with its copy button; secret ones are dots until they are asked for. */
function Code(
  { label, value, isSecret = false }: { label: string, value: string, isSecret?: boolean }
) {
  const { t } = useWords()
  const { toast } = useVoice()
  const [isShown, setShown] = useState(!isSecret)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value)
      toast({ text: t('studio.copied', { what: label }) })
    } catch {
      // Pages that are not on a secure origin may not write to the clipboard.
      setShown(true)
      toast({ kind: 'bad', text: t('studio.copy_failed') })
    }
  }
  return (
    <div className="code">
      <p className="field-label">{label}</p>
      <div className="code-row">
        <code dir="ltr">{isShown ? value : '•'.repeat(24)}</code>
        {isSecret && (
          <IconButton
            label={t(isShown ? 'studio.key.hide' : 'studio.key.show')} isPressed={isShown}
            onPress={() => setShown(!isShown)}
          ><EyeIcon size={20} /></IconButton>
        )}
        <IconButton label={t('studio.copy', { what: label })} onPress={() => void copy()}>
          <CopyIcon size={20} />
        </IconButton>
      </div>
    </div>
  )
}

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
