import type { WarehouseId } from '#kernel'
import type { Accounts } from '#people/accounts/contract'
import type { Catalog, Market } from '#trade/catalog/contract'
import type { Stock } from '#trade/stock/contract'

export interface FirstRunDeps {
  readonly accounts: Pick<Accounts, 'ensureStaff' | 'makeLink'>
  readonly catalog: Pick<Catalog, 'listMarkets' | 'setMarkets'>
  readonly stock: Pick<Stock<never>, 'listWarehouses' | 'ensureWarehouse'>
  readonly ownerEmail: string
  readonly markets: readonly Market[]
}

/** A house without the demo: somebody who may sign in, markets to sell in and a shelf to count.
 *  What is
 *  there already stays as it is. Answers a sign-in link for the owner. */
export async function firstRun(deps: FirstRunDeps): Promise<string> {
  const { accounts, catalog, stock, ownerEmail } = deps
  await accounts.ensureStaff({
    email: ownerEmail,
    displayName: ownerEmail.split('@')[0]!,
    roles: ['merchant', 'producer'],
  })
  if ((await catalog.listMarkets()).length === 0) await catalog.setMarkets(deps.markets)
  const warehouses: readonly { id: WarehouseId }[] = await stock.listWarehouses()
  if (warehouses.length === 0) {
    await stock.ensureWarehouse({
      name: 'Main',
      country: deps.markets[0]!.country,
      serves: deps.markets.map((market) => market.country),
    })
  }
  return accounts.makeLink(ownerEmail)
}
