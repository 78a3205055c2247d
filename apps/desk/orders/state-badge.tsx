import type { OrderState } from '#trade/orders/contract'
import { Badge } from '#ui/primitives/plain.tsx'
import { useWords } from '../words.ts'

const kinds = {
  held: 'info', paid: 'good', expired: 'plain', cancelled: 'plain', refund_pending: 'warn',
  refunded: 'warn',
} as const satisfies Record<OrderState, string>

export function StateBadge({ state }: { state: OrderState }) {
  const { t } = useWords()
  return <Badge kind={kinds[state]}>{t(`desk.state.${state}`)}</Badge>
}
