import { parse, CsvError } from 'csv-parse/sync'
import { ok, refuse, type Refusal, type Result } from '#kernel'
import { catalogLimits, type CatalogRefusal } from '../contract.ts'

/** What we read, by every name Shopify has given it; the newest names first. */
const COLUMNS = {
  handle: ['url handle', 'handle'],
  title: ['title'],
  description: ['description', 'body (html)', 'body html'],
  vendor: ['vendor'],
  kind: ['type', 'product type'],
  tags: ['tags'],
  published: ['published', 'published on online store'],
  status: ['status'],
  option1: ['option1 value'],
  option2: ['option2 value'],
  option3: ['option3 value'],
  sku: ['sku', 'variant sku'],
  grams: ['weight value (grams)', 'variant grams'],
  price: ['price', 'variant price'],
  barcode: ['barcode', 'variant barcode'],
  image: ['product image url', 'image src'],
  imageAlt: ['image alt text'],
} as const

export type Column = keyof typeof COLUMNS

export interface CsvLine {
  /** In the file; the header is line 1. */
  readonly line: number
  /** Cells as they stand; '' when the line is shorter or the column is not there. */
  readonly cells: Readonly<Record<Column, string>>
}

export interface CsvTable {
  readonly lines: readonly CsvLine[]
  /** The name each column has in this file. */
  readonly names: Readonly<Partial<Record<Column, string>>>
  readonly unknownColumns: readonly string[]
}

const BY_NAME = new Map<string, Column>(Object.entries(COLUMNS).flatMap(([column, names]) =>
  names.map((name) => [name, column as Column] as const)))
const KEYS = Object.keys(COLUMNS) as Column[]
const CELL_BYTES = 256 * 1024
const HEADER_CELLS = 300

type Read = Result<CsvTable, Refusal<CatalogRefusal>>
const notReadable = (reason: string, more: Record<string, string | number> = {}) =>
  refuse('trade.catalog.csv_not_readable', { reason, ...more })

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** Comma, or what some spreadsheets write instead: the one that splits the header most. */
function delimiterOf(text: string): string {
  const header = text.slice(0, 20_000).split(/\r?\n/, 1)[0]!
  const count = (sign: string) => header.split(sign).length
  return [',', ';', '\t'].reduce((best, sign) => count(sign) > count(best) ? sign : best)
}

interface Parsed { readonly record: string[]; readonly info: { readonly lines: number } }

const parseCells = (text: string): Parsed[] => parse(text, {
  delimiter: delimiterOf(text), info: true, relax_column_count: true, skip_empty_lines: true,
  max_record_size: CELL_BYTES, to: catalogLimits.csvRows + 2,
}) as unknown as Parsed[]

const breaksIn = (cells: readonly string[]): number =>
  cells.reduce((sum, cell) => sum + cell.split(/\r\n|\r|\n/).length - 1, 0)

function readHeader(header: readonly string[]) {
  const places = new Map<Column, number>()
  const unknownColumns: string[] = []
  header.slice(0, HEADER_CELLS).forEach((name, place) => {
    const column = BY_NAME.get(name.trim().toLowerCase())
    if (column && !places.has(column)) places.set(column, place)
    else if (name.trim() !== '') unknownColumns.push(name.trim().slice(0, 80))
  })
  return { places, unknownColumns }
}

/** The lines of a product CSV in Shopify's format, old or new; nothing is judged yet. */
export function readCsv(bytes: Uint8Array): Read {
  if (bytes.length > catalogLimits.csvBytes) return refuse('trade.catalog.csv_too_large')
  const text = decode(bytes)
  if (text === undefined || text.includes('\u0000')) return notReadable('encoding')
  let parsed: Parsed[]
  try {
    parsed = parseCells(text)
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const { lines } = error as { lines?: unknown }
    return notReadable('quotes', typeof lines === 'number' ? { line: lines } : {})
  }
  const [header, ...rest] = parsed
  if (!header) return notReadable('empty')
  if (rest.length > catalogLimits.csvRows) return refuse('trade.catalog.csv_too_large')
  const { places, unknownColumns } = readHeader(header.record)
  if (!places.has('handle')) return notReadable('no_handle_column')
  if (!places.has('title')) return notReadable('no_title_column')
  const cellOf = (record: readonly string[], column: Column) => {
    const place = places.get(column)
    return place === undefined ? '' : record[place] ?? ''
  }
  const lines = rest.map(({ record, info }) => ({
    line: info.lines - breaksIn(record),
    cells: Object.fromEntries(KEYS.map((column) => [column, cellOf(record, column)])) as
      Record<Column, string>,
  }))
  const names = Object.fromEntries([...places].map(([column, place]) =>
    [column, header.record[place]!.trim()]))
  return ok({ lines, names, unknownColumns })
}
