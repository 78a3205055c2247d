import { useEffect, useState } from 'react'
import { encode } from 'uqr'
import { Button } from '#ui/primitives/button.tsx'
import { Notice } from '#ui/patterns/messages.tsx'
import { client, useAct } from '../house.ts'
import { useWords } from '../words.ts'
import { useControl } from './control-context.ts'

interface PhoneLink {
  readonly url: string
  readonly expiresAtMs: number
  readonly isSecure: boolean
}

const quietZone = 4

/** Black on white whatever the theme: some cameras read nothing else. */
function Qr({ text, label }: { text: string, label: string }) {
  const { data, size } = encode(text, { ecc: 'M', border: quietZone })
  const path = data.flatMap((row, y) =>
    row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : []))).join('')
  return (
    <svg
      className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}
      shapeRendering="crispEdges"
    >
      <rect width={size} height={size} fill="#ffffff" />
      <path d={path} fill="#000000" />
    </svg>
  )
}

function useSecondsLeft(untilMs: number | null, now: () => number): number {
  const [seconds, setSeconds] = useState(0)
  useEffect(() => {
    if (untilMs === null) return
    const look = () => setSeconds(Math.max(0, Math.ceil((untilMs - now()) / 1000)))
    look()
    const timer = setInterval(look, 1000)
    return () => clearInterval(timer)
  }, [untilMs, now])
  return seconds
}

/** A code that makes the reader's own phone the camera: it signs the same person in, once. */
export function PhoneCode() {
  const { t, number } = useWords()
  const { show, live } = useControl()
  const [link, setLink] = useState<PhoneLink | null>(null)
  const left = useSecondsLeft(link?.expiresAtMs ?? null, live.now)
  const ask = useAct(() => client.call('POST /api/shows/:showId/phone', {
    params: { showId: show.id },
  }), setLink)
  const isOver = link !== null && left === 0
  return (
    <section className="phone-code">
      <h3>{t('studio.phone')}</h3>
      <p>{t('studio.phone.how')}</p>
      {link && !link.isSecure && (
        <Notice kind="warn" title={t('studio.phone.insecure')}>
          {t('studio.phone.insecure.text')}
        </Notice>
      )}
      {link && !isOver && (
        <>
          <Qr text={link.url} label={t('studio.phone.code')} />
          <p className="quiet small">
            {t('studio.phone.left', { seconds: number(left) })}{' '}
            {t('studio.phone.address')} <bdi dir="ltr">{new URL(link.url).host}</bdi>
          </p>
        </>
      )}
      {isOver && <p role="status">{t('studio.phone.over')}</p>}
      <Button kind={link ? 'plain' : 'primary'} isBusy={ask.isPending}
        onPress={() => ask.mutate(undefined)}
      >{t(link ? 'studio.phone.new' : 'studio.phone.show')}</Button>
    </section>
  )
}
