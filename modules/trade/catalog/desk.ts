import type { PictureId, ProductId, Refusal, Result } from '#kernel'
import type { Catalog, CatalogRefusal, ImportPreview, Product } from './contract.ts'

type Answer<T> = Result<T, Refusal<CatalogRefusal>>

/** What the routes ask beyond the contract. */
export interface CatalogDesk extends Catalog {
  list(filter: { search?: string; archived?: boolean }): Promise<Product[]>
  setArchived(id: ProductId, isArchived: boolean): Promise<Product | null>
  removePicture(id: ProductId, pictureId: PictureId): Promise<Product | null>
  previewImport(bytes: Uint8Array, market?: string): Promise<Answer<ImportPreview>>
  applyImport(id: string): Promise<Answer<{ created: number; updated: number; skipped: number }>>
}
