import { lazy, Suspense, useMemo } from 'react'
import { RollingNumber } from '#ui/primitives/figures.tsx'
import { Panel } from '#ui/patterns/workbench.tsx'
import { useWords } from '../words.ts'
import { useControl } from './control-context.ts'
import { countryRows } from './country-rows.ts'

const Curve = lazy(async () => ({ default: (await import('./curve.tsx')).Curve }))

/** Who is watching now and from where; demo shoppers stay outside of every number. */
export function ViewersPanel() {
  const { t, number, country } = useWords()
  const { room, countries, samples } = useControl().live.state
  const rows = countryRows(countries)
  const times = useMemo(() => samples.map((sample) => sample.at), [samples])
  const values = useMemo(() => samples.map((sample) => sample.viewers), [samples])
  return (
    <Panel title={t('studio.viewers')}>
      <div className="viewers">
        <p className="viewers-total">
          <span className="figure-large"><RollingNumber value={room?.viewers ?? 0} /></span>
          {room && room.demoViewers > 0 && (
            <span
              className="quiet small"
            >{t('studio.viewers.demo_apart', { count: number(room.demoViewers) })}</span>
          )}
        </p>
        <Suspense fallback={<div className="curve" />}>
          <Curve label={t('studio.viewers.curve')} times={times} values={values} height={40} />
        </Suspense>
        {rows.length === 0 ? <p className="quiet small">{t('studio.viewers.none')}</p> : (
          <ul className="countries">
            {rows.map(({ code, count, share }) => (
              <li key={code}>
                <span>{code === '' ? t('studio.viewers.elsewhere') : country(code)}</span>
                <progress className="bar" value={share} aria-hidden="true" />
                <span className="figures">{number(count)}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Panel>
  )
}
