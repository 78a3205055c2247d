import type { Show } from '#stage/show/contract'
import type { Offer } from '#trade/offers/contract'
import type { StorageReport } from '#stage/replay/contract'
import type { Product } from '#trade/catalog/contract'
import type { HealthFinding, HealthKind } from './health-findings.ts'
import type { Level } from './live-state.ts'

export type AlertKind =
  | 'signal_lost' | 'no_signal' | 'problem' | 'keyframes' | 'bframes' | 'bitrate_low'
  | 'offer_low' | 'sold_out' | 'stock_low' | 'storage_low' | 'storage_critical' | HealthKind

export interface Alert {
  /** The same trouble has the same key, so that hiding it once is enough. */
  readonly key: string
  readonly kind: AlertKind
  readonly isBad: boolean
  readonly values: Readonly<Record<string, string | number>>
  readonly act: 'setup' | 'health' | 'close_offer' | 'pin_next' | null
}

/** Above this the viewers' latency grows with every keyframe that is missing. */
export const keyframeSecondsMost = 2
const kbpsLeast = 600
const offerShareLow = 0.1
const offerUnitsLow = 3
const stockUnitsLow = 5

export interface AlertInput {
  readonly stage: Show | null
  readonly offer: Offer | null
  readonly levels: Readonly<Record<string, Level>>
  readonly health?: readonly HealthFinding[]
  /** null: not known. */
  readonly storage: Pick<StorageReport, 'level' | 'hoursLeft'> | null
  /** Of the line-up, in its order. */
  readonly products: readonly Pick<Product, 'id' | 'title' | 'variants'>[]
}

const alert = (kind: AlertKind, key: string, rest: Partial<Alert> = {}): Alert =>
  ({ kind, key: `${kind} ${key}`, isBad: false, values: {}, act: null, ...rest })

/** What is wrong with the picture that arrives, each with the exact setting to change. */
export function streamAlerts(stage: Show | null): Alert[] {
  if (!stage || stage.state === 'ended') return []
  const found: Alert[] = []
  const act = 'setup'
  if (stage.problem) {
    found.push(
      alert('problem', stage.problem, { isBad: true, act, values: { code: stage.problem } })
    )
  }
  if (stage.signal === 'lost') found.push(alert('signal_lost', stage.id, { isBad: true, act }))
  if (stage.signal === 'none') found.push(alert('no_signal', stage.id, { act }))
  const { video } = stage
  if (!video) return found
  if (video.keyframeSeconds > keyframeSecondsMost) {
    const seconds = Math.round(video.keyframeSeconds * 10) / 10
    found.push(alert('keyframes', stage.id, { act, values: { seconds } }))
  }
  if (video.hasBFrames) found.push(alert('bframes', stage.id, { act }))
  if (video.kbps > 0 && video.kbps < kbpsLeast) {
    found.push(alert('bitrate_low', stage.id, { act, values: { kbps: Math.round(video.kbps) } }))
  }
  return found
}

export const available = (level: Level | undefined): number | null =>
  level ? Math.max(0, level.onHand - level.held) : null

function stockAlerts({ stage, levels, products }: AlertInput): Alert[] {
  if (!stage || stage.state === 'ended') return []
  const found: Alert[] = []
  for (const product of products) {
    const isPinned = product.id === stage.pinnedProductId
    const act = isPinned ? 'pin_next' : null
    const left = product.variants.map((variant) => available(levels[variant.id]))
    if (left.every((units) => units === 0)) {
      found.push(
        alert('sold_out', product.id, { act, isBad: isPinned, values: { product: product.title } })
      )
      continue
    }
    product.variants.forEach((variant, at) => {
      const units = left[at]
      if (units == null || units > stockUnitsLow) return
      found.push(alert('stock_low', variant.id, {
        act, values: { product: product.title, variant: variant.title, units },
      }))
    })
  }
  return found
}

function offerAlerts({ stage, offer }: AlertInput): Alert[] {
  if (!offer || offer.state !== 'open' || !stage) return []
  const low = Math.max(offerUnitsLow, Math.floor(offer.units * offerShareLow))
  if (offer.left > low || offer.units <= low) return []
  return [alert('offer_low', offer.id, { act: 'close_offer', values: { units: offer.left } })]
}

/** Where the encoder is the cause its setup is a tap away, else the figures are. */
const atTheEncoder: readonly HealthKind[] =
  ['upload_loss', 'upload_loss_line', 'upload_late', 'frames_low']

const healthAlerts = (health: readonly HealthFinding[]): Alert[] =>
  health.map(({ kind, about, isBad, values }) => alert(kind, about, {
    isBad, values, act: atTheEncoder.includes(kind) ? 'setup' : 'health',
  }))

/** Said while there is still time to make room. */
function storageAlerts({ stage, storage }: AlertInput): Alert[] {
  if (!storage || storage.level === 'ok' || stage?.state === 'ended') return []
  const values = { hours: storage.hoursLeft }
  return storage.level === 'critical'
    ? [alert('storage_critical', '', { isBad: true, values })]
    : [alert('storage_low', '', { values })]
}

/** What needs a person now, the worst first. Pure. */
export function findAlerts(input: AlertInput): Alert[] {
  const all = [
    ...streamAlerts(input.stage), ...healthAlerts(input.health ?? []), ...storageAlerts(input),
    ...offerAlerts(input), ...stockAlerts(input),
  ]
  return [...all.filter((one) => one.isBad), ...all.filter((one) => !one.isBad)]
}
