import { useParams } from '@tanstack/react-router'
import { useMemo, useState, type ReactNode } from 'react'
import { useQuery } from '@tanstack/react-query'
import type { Market, Product } from '#trade/catalog/contract'
import type { Me } from '#people/accounts/contract'
import type { Show } from '#stage/show/contract'
import { may } from '../access.ts'
import { client, must, useAct, useMarkets, useMe, useProducts } from '../house.ts'
import { Answer } from '../shell/page-states.tsx'
import { ControlContext, type Control } from './control-context.ts'
import { ControlRoom } from './control-room.tsx'
import { seenNow } from './seen.ts'
import { useLive } from './use-live.ts'
import { useQuality } from './use-quality.ts'

interface Opened {
  readonly setup: boolean
  /** null: closed; '' : open without a product chosen. */
  readonly offerFor: string | null
}

export interface Known {
  readonly read: Show
  readonly me: Me
  readonly markets: readonly Market[]
  readonly products: readonly Product[]
}

export function useControlOf({ read, me, markets, products }: Known) {
  const showId = read.id
  const live = useLive(showId, may(me, 'orders.read'))
  const [opened, setOpened] = useState<Opened>({ setup: false, offerFor: null })
  const show = live.state.stage ?? read
  const { quality, isFresh: isQualityFresh } = useQuality(showId, show.state === 'ended')
  const [isHealthOpen, showHealth] = useState(false)
  const params = { showId }
  const pin = useAct((productId: string | null) =>
    client.call('POST /api/shows/:showId/pin', { params, body: { productId, ...seenNow() } }))
  const close = useAct((offerId: string) => client.call(
    'POST /api/shows/:showId/offers/:offerId/close', { params: { showId, offerId } }))
  const offer = live.state.room?.offer ?? null
  const lineUp = useMemo(() => show.lineUp.map((id) => products.find((one) => one.id === id))
    .filter((one) => one !== undefined), [show.lineUp, products])
  const control: Control = {
    show, live, me, markets, products: lineUp, quality, isQualityFresh,
    isHealthOpen, showHealth,
    canRun: may(me, 'show.run'), canModerate: may(me, 'show.moderate'),
    openSetup: () => setOpened({ ...opened, setup: true }),
    openOffer: (productId) => setOpened({ ...opened, offerFor: productId ?? '' }),
    pin: (productId) => pin.mutate(productId),
    closeOffer: () => { if (offer) close.mutate(offer.id) },
  }
  const shut = () => setOpened({ setup: false, offerFor: null })
  return { control, opened, shut }
}

function Opening({ known }: { known: Known }) {
  const { control, opened, shut } = useControlOf(known)
  return (
    <ControlContext value={control}>
      <ControlRoom isSetupOpen={opened.setup} offerFor={opened.offerFor} onShut={shut} />
    </ControlContext>
  )
}

const useShow = (showId: string) => useQuery({
  queryKey: ['show', showId],
  queryFn: () => must(client.call('GET /api/shows/:showId', { params: { showId } })),
})

/** Asks for all that a page about one show needs, and draws it when it is there. */
export function WithShow({ showId, children }: {
  showId: string, children: (known: Known) => ReactNode
}) {
  const show = useShow(showId)
  const me = useMe()
  const markets = useMarkets()
  const products = useProducts()
  return (
    <Answer of={show} rows={8}>{(read) => (
      <Answer of={me}>{(known) => (
        <Answer of={markets}>{(places) => (
          <Answer of={products}>{(goods) =>
            children({ read, me: known, markets: places, products: goods })}</Answer>
        )}</Answer>
      )}</Answer>
    )}</Answer>
  )
}

export function ControlPage() {
  const { showId } = useParams({ from: '/studio/shows/$showId' })
  return (
    <WithShow showId={showId}>{(known) => <Opening key={showId} known={known} />}</WithShow>
  )
}
