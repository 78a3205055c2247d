import { useState } from 'react'
import { replayLimits, type EditChapter, type EditReplay } from '#stage/replay/contract'
import type { Product } from '#trade/catalog/contract'
import { Button, IconButton } from '#ui/primitives/button.tsx'
import { TextField } from '#ui/primitives/fields.tsx'
import { EditIcon, EyeIcon, EyeOffIcon } from '#ui/primitives/icons.tsx'
import { Badge } from '#ui/primitives/plain.tsx'
import { ProductPicture } from '../control/product-picture.tsx'
import { client, useAct } from '../house.ts'
import { useWords } from '../words.ts'
import { placeText } from './time-text.ts'

interface RowProps {
  readonly showId: string
  readonly chapter: EditChapter
  readonly product: Product | undefined
  readonly isCurrent: boolean
  readonly isCutOff: boolean
  readonly canRun: boolean
  readonly onSeek: (atMs: number) => void
  readonly onSaved: (replay: EditReplay) => void
}

function Row(props: RowProps) {
  const { showId, chapter, product, isCurrent, isCutOff, canRun, onSeek, onSaved } = props
  const { t } = useWords()
  const [typed, setTyped] = useState<string | null>(null)
  const own = product?.title ?? t('studio.replay.product_gone')
  const name = chapter.title ?? own
  const save = useAct((change: { title: string | null, isHidden: boolean }) =>
    client.call('PUT /api/shows/:showId/replay/chapters/:chapterId', {
      params: { showId, chapterId: chapter.id }, body: change,
    }), (saved) => {
    setTyped(null)
    onSaved(saved)
  })
  const rename = () => save.mutate({ title: typed, isHidden: chapter.isHidden })
  return (
    <li className="chapter-row" data-hidden={chapter.isHidden || isCutOff || undefined}>
      <button
        type="button" className="chapter-go" aria-current={isCurrent || undefined}
        onClick={() => onSeek(chapter.atMs)}
      >
        {product && <ProductPicture product={product} size={36} />}
        <span className="figures quiet small" dir="ltr">
          {placeText(chapter.atMs).split('.')[0]}
        </span>
        <span className="chapter-title" dir="auto">{name}</span>
      </button>
      {isCutOff && <Badge kind="outline">{t('studio.replay.cut_off')}</Badge>}
      {canRun && typed === null && (
        <>
          <IconButton label={t('studio.replay.rename', { name })} onPress={() => setTyped(name)}>
            <EditIcon size={18} />
          </IconButton>
          <IconButton
            label={t(chapter.isHidden ? 'studio.replay.show' : 'studio.replay.hide', { name })}
            isDisabled={save.isPending}
            onPress={() => save.mutate({ title: chapter.title, isHidden: !chapter.isHidden })}
          >{chapter.isHidden ? <EyeOffIcon size={18} /> : <EyeIcon size={18} />}</IconButton>
        </>
      )}
      {typed !== null && (
        <form
          className="chapter-form"
          onSubmit={(event) => {
            event.preventDefault()
            rename()
          }}
        >
          <TextField
            label={t('studio.replay.name')} hint={t('studio.replay.name.hint', { product: own })}
            value={typed} onChange={setTyped} maxLength={replayLimits.chapterTitleLength}
          />
          <div className="chapter-acts">
            <Button type="submit" kind="primary" isBusy={save.isPending}>{t('action.save')}</Button>
            <Button kind="quiet" onPress={() => setTyped(null)}>{t('studio.cancel')}</Button>
          </div>
        </form>
      )}
    </li>
  )
}

/** Every product that stood before the viewers, in its order. */
export function ChapterEditor({ replay, products, atMs, ...rest }: {
  replay: EditReplay, products: readonly Product[], atMs: number
} & Pick<RowProps, 'showId' | 'canRun' | 'onSeek' | 'onSaved'>) {
  const { t, number } = useWords()
  const current = replay.chapters.findLast((chapter) => chapter.atMs <= atMs)
  const outMs = replay.outMs ?? replay.durationMs
  const isCutOff = (chapter: EditChapter, n: number): boolean => {
    const endMs = replay.chapters[n + 1]?.atMs ?? replay.durationMs
    return endMs <= replay.inMs || chapter.atMs >= outMs
  }
  return (
    <section className="chapter-editor" aria-label={t('studio.replay.chapters')}>
      <h2>{t('studio.replay.chapters')}
        <span className="quiet small"> {number(replay.chapters.length)}</span></h2>
      {replay.chapters.length === 0 && <p className="quiet">{t('studio.replay.chapters.none')}</p>}
      <ol>
        {replay.chapters.map((chapter, n) => (
          <Row
            key={chapter.id} {...rest} chapter={chapter} isCurrent={chapter === current}
            isCutOff={isCutOff(chapter, n)}
            product={products.find((one) => one.id === chapter.productId)}
          />
        ))}
      </ol>
    </section>
  )
}
