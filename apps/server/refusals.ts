import { refusalCodes as accounts } from '#people/accounts/contract'
import { refusalCodes as audit } from '#people/audit/contract'
import { refusalCodes as chat } from '#stage/chat/contract'
import { refusalCodes as gateway } from '#stage/gateway/contract'
import { refusalCodes as replay } from '#stage/replay/contract'
import { refusalCodes as show } from '#stage/show/contract'
import { refusalCodes as catalog } from '#trade/catalog/contract'
import { refusalCodes as offers } from '#trade/offers/contract'
import { refusalCodes as orders } from '#trade/orders/contract'
import { refusalCodes as payments } from '#trade/payments/contract'
import { refusalCodes as stock } from '#trade/stock/contract'

/** Every refusal that may leave this process, with its status. */
export const refusals = [
  ...accounts,
  ...audit,
  ...chat,
  ...gateway,
  ...replay,
  ...show,
  ...catalog,
  ...offers,
  ...orders,
  ...payments,
  ...stock,
] as const
