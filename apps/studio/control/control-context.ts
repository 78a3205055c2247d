import { createContext, use } from 'react'
import type { ShowQuality } from '#insight/quality/contract'
import type { Market, Product } from '#trade/catalog/contract'
import type { Me } from '#people/accounts/contract'
import type { Show } from '#stage/show/contract'
import type { Live } from './use-live.ts'

/** What every part of the control room needs to know. */
export interface Control {
  readonly show: Show
  readonly live: Live
  /** null while it is not known; fresh while the house answers and the show is not over. */
  readonly quality: ShowQuality | null
  readonly isQualityFresh: boolean
  readonly isHealthOpen: boolean
  showHealth(isOpen: boolean): void
  readonly me: Me
  readonly markets: readonly Market[]
  /** Of the line-up, in its order; archived ones are missing. */
  readonly products: readonly Product[]
  readonly canRun: boolean
  readonly canModerate: boolean
  openSetup(): void
  openOffer(productId: string | null): void
  pin(productId: string | null): void
  closeOffer(): void
}

export const ControlContext = createContext<Control | null>(null)

export function useControl(): Control {
  const control = use(ControlContext)
  if (!control) throw new Error('bug: no ControlContext above')
  return control
}
