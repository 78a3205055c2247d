import { Link } from '@tanstack/react-router'
import { useDeferredValue, useState } from 'react'
import type { Product } from '#trade/catalog/contract'
import { Badge } from '#ui/primitives/plain.tsx'
import { Checkbox, TextField } from '#ui/primitives/fields.tsx'
import { BoxIcon } from '#ui/primitives/icons.tsx'
import { EmptyState } from '#ui/patterns/messages.tsx'
import { may } from '../access.ts'
import { ProductPicture } from '../control/product-picture.tsx'
import { useMe, useProducts } from '../house.ts'
import { Answer } from '../shell/page-states.tsx'
import { useWords } from '../words.ts'

function ProductRow({ product }: { product: Product }) {
  const { t, number } = useWords()
  const [first] = product.variants
  const text = product.variants.length === 1 ? first?.sku ?? ''
    : t('studio.products.variants', { count: number(product.variants.length) })
  return (
    <li>
      <Link
        className="product-row" to="/studio/products/$productId" params={{ productId: product.id }}
      >
        <ProductPicture product={product} size={56} />
        <span>
          <b dir="auto">{product.title}</b>
          <span className="quiet small"><bdi>{text}</bdi></span>
          {product.status === 'archived' && <Badge>{t('studio.products.archived')}</Badge>}
        </span>
      </Link>
    </li>
  )
}

export function ProductsPage() {
  const { t } = useWords()
  const [search, setSearch] = useState('')
  const [archived, setArchived] = useState(false)
  const wanted = useDeferredValue(search.trim())
  const products = useProducts(wanted, archived)
  const me = useMe()
  const canEdit = may(me.data, 'catalog.edit')
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t('studio.nav.products')}</h1>
        {canEdit && (
          <>
            <Link
              className="button" data-kind="plain" to="/studio/products/import"
            >{t('studio.import')}</Link>
            <Link
              className="button" data-kind="primary" to="/studio/products/$productId"
              params={{ productId: 'new' }}
            >
              {t('studio.products.new')}
            </Link>
          </>
        )}
      </header>
      <div className="page-tools">
        <TextField
          label={t('studio.products.search')} type="search" value={search} maxLength={80}
          onChange={setSearch}
        />
        <Checkbox
          label={t('studio.products.show_archived')} isChecked={archived} onChange={setArchived}
        />
      </div>
      <Answer of={products}>{(list) => (list.length === 0 ? (
        <EmptyState
          icon={<BoxIcon size={40} />}
          title={t(wanted ? 'studio.products.none_found' : 'studio.products.none')}
          {...(wanted ? {} : { text: t('studio.products.none.text') })}
        />
      ) : (
        <ul className="products">{list.map((one) => <ProductRow key={one.id} product={one} />)}</ul>
      ))}</Answer>
    </div>
  )
}
