import { currencyDecimals, parseAmountMinor } from '#kernel'
import { catalogLimits, type ImportRow } from '../contract.ts'
import type { Column, CsvLine, CsvTable } from './csv.ts'
import { htmlToText } from './html-text.ts'
import { cleanLine, cleanText, isGtin, looksLikeFormula, slugOf } from './text.ts'

export interface ImportVariant {
  readonly title: string
  readonly sku: string
  readonly gtin: string
  readonly weightGrams: number | null
  readonly amountMinor: number
}

/** One product of the file. null: the file has no such column, so a kept value stays. */
export interface ImportProduct {
  readonly handle: string
  readonly title: string
  readonly description: string | null
  readonly vendor: string | null
  readonly kind: string | null
  readonly tags: readonly string[] | null
  readonly isArchived: boolean | null
  readonly variants: readonly ImportVariant[]
}

export interface ImportCandidate {
  readonly line: number
  readonly product: ImportProduct
  readonly problems: ImportRow['problems']
  /** A problem that keeps the product out; the others are notes. */
  readonly isBlocked: boolean
}

/** Notes: the product is imported all the same. */
const NOTES = new Set(['formula', 'image_not_fetched', 'handle_changed', 'not_active',
  'gtin_invalid', 'sku_made'])
const VALUE_SHOWN = 80
const PROBLEMS_SHOWN = 50
const NO_OPTION = 'Default Title'

type Say = (line: CsvLine, column: Column, code: string) => void

interface Context {
  readonly table: CsvTable
  readonly currency: string
}

function readPrice(text: string, currency: string): number | string {
  const value = text.trim()
  if (value === '') return 'price_missing'
  // `1,200` is a thousand and some in one country, one and a fifth in another: do not guess.
  if (/[.,]\d{3}$/.test(value) && currencyDecimals(currency) !== 3) return 'price_unclear'
  const amount = parseAmountMinor(value, currency)
  if (amount === undefined || amount > catalogLimits.amountMinorMax) return 'price_invalid'
  return amount
}

/** Shopify writes an apostrophe before digits that spreadsheets would round. */
const withoutApostrophe = (text: string): string => text.trim().replace(/^'/, '')

function readGrams(text: string): number | null | undefined {
  const value = withoutApostrophe(text)
  if (value === '') return null
  if (!/^\d{1,7}([.,]\d{1,6})?$/.test(value)) return undefined
  const grams = Math.round(Number(value.replace(',', '.')))
  return grams <= 1_000_000 ? grams : undefined
}

function readVariant(
  line: CsvLine, at: number, handle: string, { currency }: Context, say: Say,
): ImportVariant {
  const { cells } = line
  const options = [cells.option1, cells.option2, cells.option3].map(cleanLine)
    .filter((option) => option !== '' && option !== NO_OPTION)
  const title = options.join(' / ') || 'Default'
  if (title.length > 140) say(line, 'option1', 'too_long')
  const sku = cleanLine(withoutApostrophe(cells.sku))
  if (sku.length > 64) say(line, 'sku', 'too_long')
  if (sku === '') say(line, 'sku', 'sku_made')
  const price = readPrice(cells.price, currency)
  if (typeof price === 'string') say(line, 'price', price)
  const weightGrams = readGrams(cells.grams)
  if (weightGrams === undefined) say(line, 'grams', 'weight_invalid')
  const barcode = withoutApostrophe(cells.barcode)
  if (barcode !== '' && !isGtin(barcode)) say(line, 'barcode', 'gtin_invalid')
  return {
    title, sku: sku || `${handle.slice(0, 56)}-${at + 1}`, gtin: isGtin(barcode) ? barcode : '',
    weightGrams: weightGrams ?? null, amountMinor: typeof price === 'number' ? price : 0,
  }
}

const isVariantLine = ({ cells }: CsvLine, at: number): boolean =>
  at === 0 || cells.price.trim() !== '' || cells.sku.trim() !== '' || cells.option1.trim() !== ''

function readVariants(lines: readonly CsvLine[], handle: string, context: Context, say: Say) {
  const chosen = lines.filter(isVariantLine)
  if (chosen.length > catalogLimits.variantsPerProduct) {
    say(chosen[catalogLimits.variantsPerProduct]!, 'sku', 'too_many_variants')
  }
  const seen = new Set<string>()
  return chosen.slice(0, catalogLimits.variantsPerProduct).map((line, at) => {
    const variant = readVariant(line, at, handle, context, say)
    if (seen.has(variant.sku)) say(line, 'sku', 'sku_twice')
    seen.add(variant.sku)
    return variant
  })
}

function readTags(line: CsvLine, say: Say): string[] {
  const tags = [...new Set(line.cells.tags.split(',').map(cleanLine).filter((tag) => tag !== ''))]
  if (tags.length > 50 || tags.some((tag) => tag.length > 40)) say(line, 'tags', 'too_long')
  return tags
}

/** null: nothing is said about it. */
function readArchived(line: CsvLine, say: Say): boolean | null {
  const status = line.cells.status.trim().toLowerCase()
  const published = line.cells.published.trim().toLowerCase()
  if (status === '' && published === '') return null
  const isActive = (status === '' || status === 'active') && published !== 'false'
  const column = status === '' || status === 'active' ? 'published' : 'status'
  if (!isActive) say(line, column, 'not_active')
  return !isActive
}

function noteFormulas(lines: readonly CsvLine[], say: Say): void {
  const texts: readonly Column[] = ['title', 'description', 'vendor', 'kind', 'tags', 'option1',
    'option2', 'option3', 'sku', 'imageAlt']
  for (const line of lines) {
    for (const column of texts) {
      if (looksLikeFormula(line.cells[column])) say(line, column, 'formula')
    }
    if (line.cells.image.trim() !== '') say(line, 'image', 'image_not_fetched')
  }
}

function readProduct(lines: readonly CsvLine[], handle: string, context: Context, say: Say) {
  const first = lines[0]!
  const has = (column: Column) => context.table.names[column] !== undefined
  const short = (column: 'vendor' | 'kind') => {
    const text = cleanLine(first.cells[column])
    if (text.length > 80) say(first, column, 'too_long')
    return has(column) ? text : null
  }
  const title = cleanLine(first.cells.title)
  if (title === '') say(first, 'title', 'title_missing')
  if (title.length > catalogLimits.titleLength) say(first, 'title', 'too_long')
  const description = cleanText(htmlToText(first.cells.description))
  if (description.length > catalogLimits.descriptionLength) say(first, 'description', 'too_long')
  return {
    handle, title, description: has('description') ? description : null,
    vendor: short('vendor'), kind: short('kind'),
    tags: has('tags') ? readTags(first, say) : null,
    isArchived: readArchived(first, say),
    variants: readVariants(lines, handle, context, say),
  }
}

const HANDLE = /^[a-z0-9]+(-[a-z0-9]+)*$/

function readGroup(lines: readonly CsvLine[], context: Context): ImportCandidate {
  const problems: ImportRow['problems'] = []
  const codes = new Set<string>()
  const say: Say = (line, column, code) => {
    codes.add(code)
    if (problems.length >= PROBLEMS_SHOWN) return
    problems.push({
      line: line.line, column: context.table.names[column] ?? column, code,
      value: cleanLine(line.cells[column].slice(0, VALUE_SHOWN)),
    })
  }
  const first = lines[0]!
  const written = first.cells.handle.trim().toLowerCase()
  const handle = HANDLE.test(written) && written.length <= 140 ? written : slugOf(written)
  if (handle === '') say(first, 'handle', written === '' ? 'handle_missing' : 'handle_invalid')
  else if (handle !== written) say(first, 'handle', 'handle_changed')
  const product = readProduct(lines, handle, context, say)
  noteFormulas(lines, say)
  return {
    line: first.line, product, problems,
    isBlocked: [...codes].some((code) => !NOTES.has(code)),
  }
}

/** The products of a file, in its order, each with what is wrong or worth a note. Pure. */
export function readImport(table: CsvTable, currency: string): ImportCandidate[] {
  const groups = new Map<string, CsvLine[]>()
  for (const line of table.lines) {
    // Lines without a handle belong to nobody: each is a problem of its own.
    const key = line.cells.handle.trim().toLowerCase() || `#${line.line}`
    const group = groups.get(key)
    if (group) group.push(line)
    else groups.set(key, [line])
  }
  const candidates = [...groups.values()].map((lines) => readGroup(lines, { table, currency }))
  const taken = new Set<string>()
  return candidates.map((candidate) => {
    const { handle } = candidate.product
    if (handle === '' || !taken.has(handle)) {
      taken.add(handle)
      return candidate
    }
    const twice = {
      line: candidate.line, column: table.names.handle ?? 'Handle', code: 'handle_twice',
      value: handle.slice(0, VALUE_SHOWN),
    }
    return { ...candidate, isBlocked: true, problems: [twice, ...candidate.problems] }
  })
}
