import type { Market, Product, ProductDraft } from '#trade/catalog/contract'
import { amountText, exampleText, readPrices, type PriceTexts } from '../control/pricing.ts'
import type { WordId } from '../words.ts'

export interface VariantForm {
  /** Of this form only: keeps inputs where they are. */
  readonly key: string
  readonly id?: string
  readonly title: string
  readonly sku: string
  readonly gtin: string
  readonly weight: string
  readonly prices: PriceTexts
}

export interface WordsForm {
  readonly key: string
  readonly tag: string
  readonly title: string
  readonly description: string
}

/** The product as it stands in the inputs: text, until it is saved. */
export interface ProductForm {
  readonly title: string
  readonly handle: string
  readonly description: string
  readonly vendor: string
  readonly kind: string
  /** Separated by commas. */
  readonly tags: string
  readonly words: readonly WordsForm[]
  readonly variants: readonly VariantForm[]
}

const pricesText = (prices: Product['variants'][number]['prices']): PriceTexts =>
  Object.fromEntries(Object.entries(prices).map(([country, price]) => [country, amountText(price)]))

export const emptyVariant = (key: string): VariantForm =>
  ({ key, title: '', sku: '', gtin: '', weight: '', prices: {} })

export const emptyForm: ProductForm = {
  title: '', handle: '', description: '', vendor: '', kind: '', tags: '', words: [],
  variants: [emptyVariant('first')],
}

export const toForm = (product: Product): ProductForm => ({
  title: product.title, handle: product.handle, description: product.description,
  vendor: product.vendor, kind: product.kind, tags: product.tags.join(', '),
  words: Object.entries(product.words).map(([tag, { title, description }]) =>
    ({ key: tag, tag, title, description: description ?? '' })),
  variants: product.variants.map((variant) => ({
    key: variant.id, id: variant.id, title: variant.title, sku: variant.sku, gtin: variant.gtin,
    weight: variant.weightGrams === 0 ? '' : String(variant.weightGrams),
    prices: pricesText(variant.prices),
  })),
})

/** GS1 check digit of a GTIN-8, 12, 13 or 14. */
export function isGtin(text: string): boolean {
  if (!/^(\d{8}|\d{12,14})$/.test(text)) return false
  const sum = [...text].reverse().reduce((total, digit, at) =>
    total + Number(digit) * (at % 2 === 0 ? 1 : 3), 0)
  return sum % 10 === 0
}

export interface Problem {
  readonly fieldId: string
  readonly id: WordId
  readonly values?: Readonly<Record<string, string>>
}

export const fieldId = (key: string, name: string): string => `variant-${key}-${name}`

function variantProblems(
  variant: VariantForm, wrongPrices: readonly string[], markets: readonly Market[],
) {
  const at = (name: string) => fieldId(variant.key, name)
  const found: Problem[] = []
  if (variant.title.trim() === '') {
    found.push({ fieldId: at('title'), id: 'studio.product.variant_title.wrong' })
  }
  if (variant.sku.trim() === '') found.push({ fieldId: at('sku'), id: 'studio.product.sku.wrong' })
  const gtin = variant.gtin.trim()
  if (gtin !== '' && !isGtin(gtin)) {
    found.push({ fieldId: at('gtin'), id: 'studio.product.gtin.wrong' })
  }
  if (!/^\d{0,7}$/.test(variant.weight.trim()) || Number(variant.weight) > 1_000_000) {
    found.push({ fieldId: at('weight'), id: 'studio.product.weight.wrong' })
  }
  for (const country of wrongPrices) {
    const currency = markets.find((market) => market.country === country)?.currency ?? ''
    found.push({ fieldId: at(country), id: 'studio.price_wrong', values: {
      currency, example: exampleText(currency),
    } })
  }
  return found
}

const wordsOf = (form: ProductForm): NonNullable<ProductDraft['words']> =>
  Object.fromEntries(form.words.filter(({ title }) => title.trim() !== '')
    .map(({ tag, title, description }) => [tag, {
      title: title.trim(), ...(description.trim() ? { description: description.trim() } : {}),
    }]))

export type ReadForm =
  | { readonly draft: ProductDraft, readonly problems: readonly [] }
  | { readonly draft: null, readonly problems: readonly Problem[] }

/** What is sent, or everything that is wrong at once, each with its field. Pure. */
export function readForm(form: ProductForm, markets: readonly Market[]): ReadForm {
  const problems: Problem[] = []
  if (form.title.trim() === '') {
    problems.push({ fieldId: 'product-title', id: 'studio.product.title.wrong' })
  }
  const handle = form.handle.trim()
  if (handle !== '' && !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(handle)) {
    problems.push({ fieldId: 'product-handle', id: 'studio.product.handle.wrong' })
  }
  const variants = form.variants.map((variant) => {
    const { prices, wrong } = readPrices(variant.prices, markets)
    problems.push(...variantProblems(variant, wrong, markets))
    return {
      ...(variant.id ? { id: variant.id } : {}),
      title: variant.title.trim(), sku: variant.sku.trim(), gtin: variant.gtin.trim(),
      weightGrams: Number(variant.weight), prices,
    }
  })
  if (problems.length > 0) return { draft: null, problems }
  const draft: ProductDraft = {
    title: form.title.trim(), ...(handle ? { handle } : {}), description: form.description.trim(),
    vendor: form.vendor.trim(), kind: form.kind.trim(),
    tags: form.tags.split(',').map((tag) => tag.trim()).filter((tag) => tag !== ''),
    words: wordsOf(form), variants,
  }
  return { draft, problems: [] }
}
