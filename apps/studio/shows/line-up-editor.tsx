import { useDeferredValue, useState } from 'react'
import { showLimits } from '#stage/show/contract'
import type { Product } from '#trade/catalog/contract'
import { IconButton } from '#ui/primitives/button.tsx'
import { TextField } from '#ui/primitives/fields.tsx'
import { BackIcon, CloseIcon, PlusIcon } from '#ui/primitives/icons.tsx'
import { useVoice } from '#ui/primitives/toasts.tsx'
import { moved } from '../control/line-up.ts'
import { ProductPicture } from '../control/product-picture.tsx'
import { useProducts } from '../house.ts'
import { Answer } from '../shell/page-states.tsx'
import { useWords } from '../words.ts'

interface RowProps {
  readonly product: Product
  readonly at: number
  readonly count: number
  onMove(to: number): void
  onRemove(): void
  onDrag(at: number | null): void
  onDrop(): void
}

/** Dragged with a mouse, moved with the arrow buttons or the arrow keys on them. */
function Row({ product, at, count, onMove, onRemove, onDrag, onDrop }: RowProps) {
  const { t, number } = useWords()
  const { title } = product
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- by button
    <li
      className="pick-row" draggable onDragStart={() => onDrag(at)} onDragEnd={() => onDrag(null)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        onDrop()
      }}
    >
      <span className="quiet figures">{number(at + 1)}</span>
      <ProductPicture product={product} size={36} />
      <span className="pick-title" dir="auto">{title}</span>
      <span className="turned">
        <IconButton
          label={t('studio.line_up.up', { title })} isDisabled={at === 0}
          onPress={() => onMove(at - 1)}
        ><BackIcon size={20} /></IconButton>
      </span>
      <span className="turned-down">
        <IconButton
          label={t('studio.line_up.down', { title })} isDisabled={at === count - 1}
          onPress={() => onMove(at + 1)}
        ><BackIcon size={20} /></IconButton>
      </span>
      <IconButton label={t('studio.line_up.remove', { title })} onPress={onRemove}>
        <CloseIcon size={20} />
      </IconButton>
    </li>
  )
}

function Picker(
  { lineUp, onAdd }: { lineUp: readonly string[], onAdd: (product: Product) => void }
) {
  const { t } = useWords()
  const [search, setSearch] = useState('')
  const found = useProducts(useDeferredValue(search.trim()))
  return (
    <div className="stack">
      <TextField
        label={t('studio.line_up.search')} type="search" value={search} maxLength={80}
        onChange={setSearch}
      />
      <Answer of={found}>{(products) => (
        <ul className="pick-list">
          {products.filter((product) => !lineUp.includes(product.id)).map((product) => (
            <li key={product.id} className="pick-row">
              <ProductPicture product={product} size={36} />
              <span className="pick-title" dir="auto">{product.title}</span>
              <IconButton
                label={t('studio.line_up.add', { title: product.title })}
                onPress={() => onAdd(product)}
              ><PlusIcon size={20} /></IconButton>
            </li>
          ))}
          {products.length === 0 && <li className="quiet">{t('studio.products.none_found')}</li>}
        </ul>
      )}</Answer>
    </div>
  )
}

export function LineUpEditor({ lineUp, onChange }: {
  lineUp: readonly string[], onChange: (lineUp: readonly string[]) => void
}) {
  const { t, number } = useWords()
  const { announce } = useVoice()
  const all = useProducts()
  const [dragged, setDragged] = useState<number | null>(null)
  const move = (from: number, to: number, title: string) => {
    onChange(moved(lineUp, from, to))
    announce(t('studio.line_up.moved', { title, place: number(to + 1) }))
  }
  const products = lineUp.map((id) => all.data?.find((product) => product.id === id))
  return (
    <fieldset className="line-up-editor">
      <legend className="field-label">{t('studio.line_up')}</legend>
      <Picker
        lineUp={lineUp}
        onAdd={(product) =>
          lineUp.length < showLimits.lineUpLength && onChange([...lineUp, product.id])
        }
      />
      <ol className="pick-list">
        {products.map((product, at) => product && (
          <Row
            key={product.id} product={product} at={at} count={lineUp.length}
            onMove={(to) => move(at, to, product.title)}
            onRemove={() => onChange(lineUp.filter((id) => id !== product.id))}
            onDrag={setDragged}
            onDrop={() => dragged !== null && move(dragged, at, product.title)}
          />
        ))}
        {lineUp.length === 0 && <li className="panel-none quiet">{t('studio.line_up.empty')}</li>}
      </ol>
    </fieldset>
  )
}
