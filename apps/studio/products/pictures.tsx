import { useRef, useState, type DragEvent } from 'react'
import type { Refusal, Result } from '#kernel'
import { catalogLimits, type Product } from '#trade/catalog/contract'
import { Button, IconButton } from '#ui/primitives/button.tsx'
import { TrashIcon, UploadIcon } from '#ui/primitives/icons.tsx'
import { client, useAct } from '../house.ts'
import { useWords } from '../words.ts'
import { rememberProduct } from './use-product.ts'

const types = ['image/jpeg', 'image/png', 'image/webp', 'image/avif']

interface Sending {
  readonly key: number
  readonly name: string
  /** undefined: on its way. */
  readonly refusal?: Refusal
}

/** What is known without sending it: a wrong kind of file, and one that is too large. */
function judge(file: File): Refusal | null {
  if (!types.includes(file.type)) return { code: 'trade.catalog.picture_not_readable' }
  return file.size > catalogLimits.pictureBytes ? { code: 'trade.catalog.picture_too_large' } : null
}

function useUploads(product: Product) {
  const [sending, setSending] = useState<readonly Sending[]>([])
  const next = useRef(0)
  const send = (file: File): Promise<Result<Product>> =>
    client.call('POST /api/products/:productId/pictures', {
      params: { productId: product.id }, query: { alt: product.title.slice(0, 200) }, body: file,
      type: file.type,
    })
  const add = async (files: readonly File[]) => {
    const wanted = files.map((file) => ({ file, key: next.current++ }))
    setSending(
      (before) => [...before, ...wanted.map(({ file, key }) => ({ key, name: file.name }))]
    )
    // One after the other: the order of the files is the order of the pictures.
    for (const { file, key } of wanted) {
      const known = judge(file)
      const answer = known ? { ok: false as const, refusal: known } : await send(file)
      if (answer.ok) rememberProduct(answer.value)
      setSending((before) => (answer.ok ? before.filter((one) => one.key !== key)
        : before.map((one) => (one.key === key ? { ...one, refusal: answer.refusal } : one))))
    }
  }
  const forget = (key: number) => setSending((before) => before.filter((one) => one.key !== key))
  return { sending, add, forget }
}

function SendingList(
  { sending, onForget }: { sending: readonly Sending[], onForget: (key: number) => void }
) {
  const words = useWords()
  return (
    <ul className="sending" aria-live="polite">
      {sending.map(({ key, name, refusal }) => (
        <li key={key} data-bad={refusal ? true : undefined}>
          <bdi>{name}</bdi>
          {refusal ? (
            <>
              <span className="sending-refused">{words.refusal(refusal)}</span>
              <Button kind="quiet" onPress={() => onForget(key)}>{words.t('action.close')}</Button>
            </>
          ) : <progress aria-label={words.t('studio.pictures.sending', { name })} />}
        </li>
      ))}
    </ul>
  )
}

function DropZone({ onFiles }: { onFiles: (files: readonly File[]) => void }) {
  const { t } = useWords()
  const [isOver, setOver] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    onFiles([...event.dataTransfer.files])
  }
  return (
    <div
      className="drop" data-over={isOver || undefined} onDrop={drop}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
    >
      <UploadIcon />
      <p>{t('studio.pictures.drop')}</p>
      <Button onPress={() => input.current?.click()}>{t('studio.pictures.choose')}</Button>
      <input
        ref={input} type="file" hidden multiple accept={types.join(',')}
        aria-label={t('studio.pictures.choose')}
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])])
          event.target.value = ''
        }}
      />
    </div>
  )
}

export function Pictures({ product, canEdit }: { product: Product, canEdit: boolean }) {
  const { t, number } = useWords()
  const { sending, add, forget } = useUploads(product)
  const remove = useAct((pictureId: string) => client.call(
    'DELETE /api/products/:productId/pictures/:pictureId',
    { params: { productId: product.id, pictureId } }), rememberProduct)
  return (
    <section className="stack" aria-label={t('studio.pictures')}>
      <ul className="pictures">
        {product.pictures.map((picture, at) => (
          <li key={picture.id}>
            <img src={`${picture.url}-320.webp`} alt={picture.alt} width={144} height={144} />
            {canEdit && (
              <span className="picture-remove">
                <IconButton
                  label={t('studio.pictures.remove', { place: number(at + 1) })}
                  isDisabled={remove.isPending} onPress={() => remove.mutate(picture.id)}
                ><TrashIcon size={18} /></IconButton>
              </span>
            )}
          </li>
        ))}
        {canEdit && product.pictures.length < catalogLimits.picturesPerProduct && (
          <li className="pictures-add"><DropZone onFiles={(files) => void add(files)} /></li>
        )}
      </ul>
      <SendingList sending={sending} onForget={forget} />
    </section>
  )
}
