import { lazy, Suspense, useMemo, useState } from 'react'
import type { QualitySummary, ShowQuality } from '#insight/quality/contract'
import { EmptyState } from '#ui/patterns/messages.tsx'
import { DataTable, Panel, Tabs, type Column } from '#ui/patterns/workbench.tsx'
import { ChartIcon, PeopleIcon } from '#ui/primitives/icons.tsx'
import { useWords, type StudioWords } from '../words.ts'
import { useControl } from './control-context.ts'
import { bitrateCurve, encoderFigures, placeFigures, qualityRows, transportNames,
  type QualityRow,
} from './health-figures.ts'

const BitrateChart = lazy(async () =>
  ({ default: (await import('./bitrate-chart.tsx')).BitrateChart }))

const none = '–'

function Encoder({ quality }: { quality: ShowQuality }) {
  const { t, number, percent, time } = useWords()
  const { samples } = quality
  const curve = useMemo(() => bitrateCurve(samples), [samples])
  const now = encoderFigures(quality)
  const pair = (a: number | null, b: number | null) =>
    a === null && b === null ? none : `${number(a ?? 0)} / ${number(b ?? 0)}`
  const rows = [
    ['studio.health.transport', now.transport ?? none],
    ['studio.health.kbps', now.kbps === null ? none : number(Math.round(now.kbps))],
    ['studio.health.loss', now.loss === null ? none : percent(now.loss)],
    ['studio.health.late', pair(now.partsLate, now.partsWritten)],
    ['studio.health.asked_again', pair(now.pli, now.nack)],
    ['studio.health.cpu', now.cpu === null ? none : percent(now.cpu)],
    ['studio.health.backup', t(`studio.health.backup.${now.backup}`)],
  ] as const
  return (
    <>
      <Suspense fallback={<div className="bitrate" />}>
        <BitrateChart label={t('studio.health.curve')} {...curve} number={number} time={time} />
      </Suspense>
      {quality.health?.isSmallOff && (
        <p className="health-problem">{t('studio.alert.small_off')}</p>
      )}
      <dl className="health-figures">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{t(name)}</dt>
            <dd className="figures"><bdi>{value}</bdi></dd>
          </div>
        ))}
      </dl>
    </>
  )
}

function Delay({ of: [half, most] }: { of: QualityRow['latency'] }) {
  const { t, number } = useWords()
  if (half === null) return none
  const seconds = (ms: number) =>
    t('studio.seconds', { seconds: number(Math.round(ms / 100) / 10) })
  return (
    <>
      <bdi>{seconds(half)}</bdi>
      {most !== null && (
        <span className="quiet delay-most">
          {t('studio.health.most', { value: seconds(most) })}
        </span>
      )}
    </>
  )
}

function nameOf(row: QualityRow, { t, country }: StudioWords): string {
  if (row.transport) return transportNames[row.transport]
  if (row.country === null) return t('studio.health.everyone')
  return row.country === 'ZZ' ? t('studio.health.unknown') : country(row.country)
}

function columnsOf(
  words: StudioWords, what: 'transport' | 'country', isNow: boolean,
): Column<QualityRow>[] {
  const { t, number, percent } = words
  return [
    { id: 'name', head: t(`studio.health.col.${what}`), cell: (row) => nameOf(row, words) },
    {
      id: 'viewers', align: 'end', cell: (row) => number(row.viewers),
      head: t(isNow ? 'studio.health.col.viewers' : 'studio.health.col.visits'),
    },
    {
      id: 'stutter', head: t('studio.health.col.stutter'),
      cell: (row) => (
        <span className="stutter">
          <progress className="bar" value={row.bar} aria-hidden="true" />
          <span className="figures">{percent(row.stutter)}</span>
        </span>
      ),
    },
    { id: 'delay', align: 'end', head: t('studio.health.col.latency'),
      cell: (row) => <Delay of={row.latency} /> },
    { id: 'start', align: 'end', head: t('studio.health.col.start'),
      cell: (row) => <Delay of={row.start} /> },
  ]
}

function Viewers({ summary, isNow }: { summary: QualitySummary, isNow: boolean }) {
  const words = useWords()
  const { t } = words
  const keyOf = (row: QualityRow) => row.key
  if (summary.transports.length === 0) {
    return (
      <EmptyState
        icon={<PeopleIcon size={28} />} title={t('studio.health.viewers.none')}
        text={t('studio.health.viewers.none.text')}
      />
    )
  }
  return (
    <>
      <DataTable
        caption={t('studio.health.by_transport')} keyOf={keyOf}
        columns={columnsOf(words, 'transport', isNow)}
        rows={qualityRows(summary, 'transports', isNow)}
      />
      <DataTable
        caption={t('studio.health.by_country')} keyOf={keyOf}
        columns={columnsOf(words, 'country', isNow)}
        rows={qualityRows(summary, 'countries', isNow)}
      />
    </>
  )
}

/** Who sees the show without delay, and for whom places are kept. */
function Places({ quality }: { quality: ShowQuality }) {
  const { t, number } = useWords()
  const places = placeFigures(quality)
  if (!places) return null
  const { used, most, kept, moved } = places
  return (
    <p className="quiet small">
      {t('studio.health.places', {
        used: number(used), most: number(most), kept: number(kept), moved,
      })}
    </p>
  )
}

function ViewersPart({ quality }: { quality: ShowQuality }) {
  const { t } = useWords()
  const isOver = useControl().show.state === 'ended'
  const [span, setSpan] = useState(isOver ? 'whole' : 'minute')
  const tabs = (['minute', 'whole'] as const).map((id) => ({ id, label: t(`studio.health.${id}`) }))
  return (
    <Panel title={t('studio.health.from_viewers')}>
      <Tabs
        label={t('studio.health.from_viewers')} tabs={tabs} current={span} onChange={setSpan}
      />
      <div className="health-viewers" role="tabpanel" aria-labelledby={`tab-${span}`}>
        <Viewers
          summary={span === 'minute' ? quality.minute : quality.whole} isNow={span === 'minute'}
        />
        {!isOver && <Places quality={quality} />}
      </div>
    </Panel>
  )
}

/** What comes in and what viewers make of it. Before there is anything, what will be here. */
export function HealthPanel() {
  const { t } = useWords()
  const { quality, show } = useControl()
  const hasSignal = quality !== null && quality.samples.length > 0
  return (
    <div className="health-panel" id="health-panel">
      {(hasSignal || show.state !== 'ended') && <Panel title={t('studio.health.from_encoder')}>
        {hasSignal ? <Encoder quality={quality} /> : (
          <EmptyState
            icon={<ChartIcon size={28} />} title={t('studio.health.none')}
            text={t('studio.health.none.text')}
          />
        )}
      </Panel>}
      {quality && <ViewersPart quality={quality} />}
    </div>
  )
}
