import type { Market } from '#trade/catalog/contract'
import type { ProductForm } from './product-form.ts'

/** What every part of the product's form is given. */
export interface FormParts {
  readonly form: ProductForm
  setForm(form: ProductForm): void
  errorOf(fieldId: string): string | undefined
  readonly markets: readonly Market[]
}
