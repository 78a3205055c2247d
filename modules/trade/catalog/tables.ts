// Generated from schema/*.sql: npm run generate
import type { ColumnType } from 'kysely'

export interface ImportsTable {
  id: string
  expires_at_ms: number
  body: ColumnType<unknown, string, string>
}

export interface MarketsTable {
  country: string
  place: number
  currency: string
  locale: string
}

export interface PicturesTable {
  id: string
  product_id: string
  place: ColumnType<number, never, never>
  width: number
  height: number
  alt: string
}

export interface ProductsTable {
  id: string
  handle: string
  title: string
  description: string
  vendor: string
  kind: string
  tags: string[]
  words: ColumnType<unknown, string, string>
  status: string
  version: number
  created_at_ms: number
  changed_at_ms: number
}

export interface VariantsTable {
  id: string
  product_id: string
  place: number
  title: string
  sku: string
  gtin: string
  weight_grams: number
  prices: ColumnType<unknown, string, string>
}

export interface TradeCatalogTables {
  'trade_catalog.imports': ImportsTable
  'trade_catalog.markets': MarketsTable
  'trade_catalog.pictures': PicturesTable
  'trade_catalog.products': ProductsTable
  'trade_catalog.variants': VariantsTable
}
