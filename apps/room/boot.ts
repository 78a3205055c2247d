import type { RoomSnapshot } from '#stage/gateway/contract'
import type { Market } from '#trade/catalog/contract'
import type { Me } from '#people/accounts/contract'

type BootLocale = 'en' | 'zh-Hans' | 'ar' | 'en-XA'

/** What the server writes into `<script type="application/json" id="boot">` of a show's page. */
export interface BootData {
  readonly room: RoomSnapshot
  /** Events go on from here; see the gateway's protocol. */
  readonly seq: number
  readonly epoch: string
  readonly locale: BootLocale
  readonly dir: 'ltr' | 'rtl'
  /** Country whose prices are shown, ISO 3166-1 alpha-2: one of `markets`. */
  readonly market: string
  readonly markets: readonly Market[]
  /** `/media`: live at `<mediaBase>/<showId>/live.m3u8`, replay beside it. */
  readonly mediaBase: string
  /** null: no session yet; the page makes a guest of the visitor. */
  readonly me: Me | null
  readonly serverNowMs: number
  readonly demo: boolean
}

/** Boot data of a page without a show: a wrong address, or a house where none is planned. */
export interface EmptyBoot {
  readonly empty: true
  readonly locale: BootLocale
  readonly dir: 'ltr' | 'rtl'
}
