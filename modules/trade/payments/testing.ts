export { makeMemoryTransactor, type MemoryTx, type MemoryTransactor } from './testing/transactor.ts'
export { makeMemoryPaymentsStore } from './testing/memory-store.ts'
export { makeFakeProvider, type FakeProvider } from './testing/fake-provider.ts'
export { paymentProviderConformance, type ProviderRig } from './testing/conformance.ts'

import type { Clock, Ids, Log } from '#kernel'
import type { PaymentProvider } from './contract.ts'
import { makePaymentsOver } from './index.ts'
import { makeMemoryPaymentsStore } from './testing/memory-store.ts'
import type { MemoryTransactor } from './testing/transactor.ts'

/** Payments in memory: the same decisions over a store without a database, for the simulator. */
export const makeMemoryPayments = (deps: {
  database: MemoryTransactor; provider: PaymentProvider; clock: Clock; ids: Ids; log: Log
}) => makePaymentsOver({ ...deps, store: makeMemoryPaymentsStore(deps.database) })
