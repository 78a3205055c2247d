import { useNavigate } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import type { Market, Product, ProductDraft } from '#trade/catalog/contract'
import type { Refusal } from '#kernel'
import { useVoice } from '#ui/primitives/toasts.tsx'
import { client, queries } from '../house.ts'
import { useWords } from '../words.ts'
import { emptyForm, readForm, toForm, type Problem, type ProductForm } from './product-form.ts'

/** What was saved is what every list shows next. */
export function rememberProduct(product: Product): void {
  queries.setQueryData(['product', product.id], product)
  void queries.invalidateQueries({ queryKey: ['products'] })
}

const put = (product: Product, draft: ProductDraft, version: number) =>
  client.call('PUT /api/products/:productId', {
    params: { productId: product.id }, body: { ...draft, version },
  })

const readAgain = (product: Product) =>
  client.call('GET /api/products/:productId', { params: { productId: product.id } })

/** The form of one product: what is typed, what is wrong, and what if somebody else saved. */
export function useProductForm(product: Product | null, markets: readonly Market[]) {
  const { t } = useWords()
  const { toast } = useVoice()
  const navigate = useNavigate()
  const [form, setForm] = useState<ProductForm>(() => (product ? toForm(product) : emptyForm))
  const [problems, setProblems] = useState<readonly Problem[]>([])
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const [isBusy, setBusy] = useState(false)
  const version = useRef(product?.version ?? 1)

  const send = async (wantedVersion: number) => {
    const read = readForm(form, markets)
    setProblems(read.problems)
    if (!read.draft || isBusy) return
    setBusy(true)
    setRefusal(null)
    const answer = product ? await put(product, read.draft, wantedVersion)
      : await client.call('POST /api/products', { body: read.draft })
    setBusy(false)
    if (!answer.ok) return setRefusal(answer.refusal)
    version.current = answer.value.version
    rememberProduct(answer.value)
    toast({ text: t('studio.product.saved') })
    setForm(toForm(answer.value))
    if (!product) {
      void navigate({ to: '/studio/products/$productId', params: { productId: answer.value.id } })
    }
  }
  /** Reads what somebody else saved; answers its version. */
  const theirs = async (): Promise<Product | null> => {
    const answer = product ? await readAgain(product) : null
    if (!answer) return null
    if (!answer.ok) setRefusal(answer.refusal)
    return answer.ok ? answer.value : null
  }
  return {
    form, setForm, problems, refusal, isBusy,
    save: () => void send(version.current),
    async loadTheirs() {
      const latest = await theirs()
      if (!latest) return
      version.current = latest.version
      rememberProduct(latest)
      setForm(toForm(latest))
      setRefusal(null)
    },
    async keepMine() {
      const latest = await theirs()
      if (latest) await send(latest.version)
    },
  }
}
