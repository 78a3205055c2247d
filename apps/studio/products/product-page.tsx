import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import type { Market, Product } from '#trade/catalog/contract'
import { Button } from '#ui/primitives/button.tsx'
import { Badge } from '#ui/primitives/plain.tsx'
import { ErrorSummary, Notice } from '#ui/patterns/messages.tsx'
import { may } from '../access.ts'
import { client, must, useAct, useMarkets, useMe } from '../house.ts'
import { Answer, Refusals } from '../shell/page-states.tsx'
import { useWords } from '../words.ts'
import { MainFields } from './main-fields.tsx'
import { Pictures } from './pictures.tsx'
import { rememberProduct, useProductForm } from './use-product.ts'
import { Variants } from './variants.tsx'
import { WordsFields } from './words-fields.tsx'

function Archive({ product }: { product: Product }) {
  const { t } = useWords()
  const isArchived = product.status === 'archived'
  const archive = useAct(() => client.call('POST /api/products/:productId/archive', {
    params: { productId: product.id }, body: { archived: !isArchived },
  }), rememberProduct)
  return (
    <Button isBusy={archive.isPending} onPress={() => archive.mutate(undefined)}>
      {t(isArchived ? 'studio.product.bring_back' : 'studio.product.archive')}
    </Button>
  )
}

function Conflict({ onTheirs, onMine }: { onTheirs: () => void, onMine: () => void }) {
  const { t } = useWords()
  return (
    <Notice
      kind="warn" isUrgent title={t('studio.product.conflict')}
      actions={(
        <>
          <Button onPress={onTheirs}>{t('studio.product.conflict.theirs')}</Button>
          <Button onPress={onMine}>{t('studio.product.conflict.mine')}</Button>
        </>
      )}
    >{t('studio.product.conflict.text')}</Notice>
  )
}

function Editor({ product, markets, canEdit }: {
  product: Product | null, markets: readonly Market[], canEdit: boolean
}) {
  const { t } = useWords()
  const state = useProductForm(product, markets)
  const { form, setForm, problems, refusal } = state
  const said = problems.map((problem) => ({
    fieldId: problem.fieldId, text: t(problem.id, problem.values),
  }))
  const errorOf = (fieldId: string) => said.find((problem) => problem.fieldId === fieldId)?.text
  const parts = { form, setForm, errorOf, markets }
  return (
    <form
      className="product-form" noValidate
      onSubmit={(event) => {
        event.preventDefault()
        state.save()
      }}
    >
      <ErrorSummary problems={said} />
      {refusal?.code === 'trade.catalog.version_conflict'
        ? <Conflict onTheirs={() => void state.loadTheirs()} onMine={() => void state.keepMine()} />
        : refusal && <Refusals refusal={refusal} />}
      {/* One switch for people who may only look. */}
      <fieldset className="stack" disabled={!canEdit}>
        <MainFields {...parts} />
        <Variants {...parts} />
        <WordsFields {...parts} />
      </fieldset>
      {canEdit && (
        <div className="save-bar">
          <Button
            type="submit" kind="primary" size="large" isBusy={state.isBusy}
          >{t('action.save')}</Button>
          {product && <Archive product={product} />}
        </div>
      )}
    </form>
  )
}

function Page({ product }: { product: Product | null }) {
  const { t } = useWords()
  const markets = useMarkets()
  const me = useMe()
  const canEdit = may(me.data, 'catalog.edit')
  return (
    <div className="page">
      <p><Link to="/studio/products">{t('studio.product.back')}</Link></p>
      <header className="page-head">
        <h1 dir="auto">{product?.title ?? t('studio.products.new')}</h1>
        {product?.status === 'archived' && <Badge>{t('studio.products.archived')}</Badge>}
      </header>
      {product ? <Pictures product={product} canEdit={canEdit} />
        : <p className="quiet">{t('studio.pictures.later')}</p>}
      <Answer of={markets}>{(known) => (
        <Editor key={product?.id ?? ''} product={product} markets={known} canEdit={canEdit} />
      )}</Answer>
    </div>
  )
}

function Existing({ productId }: { productId: string }) {
  const product = useQuery({
    queryKey: ['product', productId], refetchOnWindowFocus: false,
    queryFn: () => must(client.call('GET /api/products/:productId', { params: { productId } })),
  })
  return <Answer of={product}>{(read) => <Page product={read} />}</Answer>
}

export function ProductPage() {
  const { productId } = useParams({ strict: false })
  if (!productId || productId === 'new') return <Page product={null} />
  return <Existing key={productId} productId={productId} />
}
