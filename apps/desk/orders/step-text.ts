import type { OrderStep } from '#trade/orders/contract'
import type { DeskWords } from '../words.ts'

const known = [
  'placed', 'paid', 'expired', 'cancelled', 'refund_started', 'refunded', 'refund_failed',
  'revived', 'payment_opened', 'payment_challenge', 'payment_unknown', 'payment_captured',
  'payment_declined', 'payment_refunded', 'payment_alarm', 'refund_opened', 'refund_unknown',
  'refund_done',
] as const
type Known = (typeof known)[number]

const isKnown = (what: string): what is Known => (known as readonly string[]).includes(what)

/** An amount among the details of a step, if there is one. */
export function amountOf(details: OrderStep['details']): {
  amountMinor: number, currency: string,
} | null {
  const { amountMinor, currency } = details
  const isAmount = typeof amountMinor === 'number' && typeof currency === 'string'
    && /^[A-Z]{3}$/.test(currency)
  return isAmount ? { amountMinor, currency } : null
}

/** One step of an order's history in a plain sentence; one that is not known here by its name. */
export function stepText(words: DeskWords, { what, details }: OrderStep): string {
  if (!isKnown(what)) return words.t('desk.step.other', { what })
  const amount = amountOf(details)
  const sentence = words.t(`desk.step.${what}`)
  const money = amount ? ` ${words.money(amount)}.` : ''
  const { reason } = details
  const why = what === 'refund_opened' && typeof reason === 'string'
    ? ` ${words.t('desk.step.reason', { reason })}` : ''
  const goods = what === 'refund_opened' && typeof details['restock'] === 'boolean'
    ? ` ${words.t(details['restock'] ? 'desk.step.restock' : 'desk.step.no_restock')}` : ''
  return sentence + money + why + goods
}
