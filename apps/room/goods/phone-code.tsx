import { lazy, Suspense } from 'react'
import { useRoom } from '../context.ts'
import { useWords } from '../words.ts'

// Only televisions need it: nobody else fetches the encoder.
const QrCode = lazy(async () => ({ default: (await import('./qr-code.tsx')).QrCode }))

/** The television's way to buy: the product opens on the phone that reads the code. */
export function PhoneCode() {
  const { t } = useWords()
  const slug = useRoom(({ room }) => room.show.slug)
  const productId = useRoom(({ room }) => room.pinned?.id)
  const path = `/s/${slug}${productId ? `?product=${productId}` : ''}`
  const address = `${location.host}/s/${slug}`
  return (
    <div className="phone-code">
      <Suspense fallback={<span className="phone-code-space" />}>
        <QrCode text={location.origin + path} label={t('room.tv.code')} />
      </Suspense>
      <p>{t('room.tv.scan')} <bdi dir="ltr">{address}</bdi></p>
    </div>
  )
}
