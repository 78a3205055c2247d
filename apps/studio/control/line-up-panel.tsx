import { Link } from '@tanstack/react-router'
import type { Product } from '#trade/catalog/contract'
import { Button } from '#ui/primitives/button.tsx'
import { RollingNumber } from '#ui/primitives/figures.tsx'
import { PinIcon } from '#ui/primitives/icons.tsx'
import { Badge } from '#ui/primitives/plain.tsx'
import { EmptyState } from '#ui/patterns/messages.tsx'
import { Panel } from '#ui/patterns/workbench.tsx'
import { useWords } from '../words.ts'
import { available } from './alerts.ts'
import { useControl } from './control-context.ts'
import type { Level } from './live-state.ts'
import { ProductPicture } from './product-picture.tsx'

/** Units of every variant that can still be sold; moves with every order. */
function Stock({ product }: { product: Product }) {
  const { t } = useWords()
  const { levels } = useControl().live.state
  const known = product.variants.filter((variant) => levels[variant.id])
  if (known.length === 0) return null
  return (
    <ul className="stock">
      {known.map((variant) => {
        const level = levels[variant.id] as Level
        const units = available(level) ?? 0
        return (
          <li key={variant.id} data-low={units <= 5 || undefined}>
            {product.variants.length > 1 && <span className="quiet">{variant.title}</span>}
            <RollingNumber value={units} />
            <span className="visually-hidden">{t('studio.stock.left')}</span>
            {level.held > 0 && (
              <span
                className="quiet" title={t('studio.stock.held')}
              >+<RollingNumber value={level.held} /></span>
            )}
          </li>
        )
      })}
    </ul>
  )
}

function Row({ product, place }: { product: Product, place: number }) {
  const { t, number } = useWords()
  const { show, canRun, pin, openOffer } = useControl()
  const isPinned = product.id === show.pinnedProductId
  const canPin = canRun && show.state !== 'ended'
  return (
    <li className="line-up-row" data-pinned={isPinned || undefined}>
      <span className="quiet small figures">{number(place)}</span>
      <ProductPicture product={product} size={44} />
      <div className="line-up-text">
        <p className="line-up-title" dir="auto" title={product.title}>{product.title}</p>
        <Stock product={product} />
      </div>
      {isPinned && <Badge kind="good"><PinIcon size={14} />{t('studio.pinned')}</Badge>}
      {canPin && !isPinned && (
        <Button
          kind="quiet" aria-label={t('studio.pin.label', { product: product.title })}
          onPress={() => pin(product.id)}
        >
          {t('studio.pin')}
        </Button>
      )}
      {canPin && show.state === 'live' && (
        <Button
          kind="quiet" aria-label={t('studio.offer.open.label', { product: product.title })}
          onPress={() => openOffer(product.id)}
        >{t('studio.offer.short')}</Button>
      )}
    </li>
  )
}

export function LineUpPanel() {
  const { t } = useWords()
  const { show, products, canRun } = useControl()
  return (
    <div className="fills line-up-panel">
      <Panel
        title={t('studio.line_up')} isBare
        aside={<span className="quiet small">{t('studio.stock.legend')}</span>}
      >
        {products.length === 0 ? (
          <EmptyState
            title={t('studio.line_up.none')} text={t('studio.line_up.none.text')}
            action={canRun && (
              <Link
                className="button" data-kind="plain" to="/studio/shows/$showId/plan"
                params={{ showId: show.id }}
              >
                {t('studio.plan')}
              </Link>
            )}
          />
        ) : (
          <ol className="line-up">
            {products.map((product, at) => (
              <Row key={product.id} product={product} place={at + 1} />
            ))}
          </ol>
        )}
      </Panel>
    </div>
  )
}
