import { httpRefusalCodes, type RefusalDoc } from '#kernel'
import { sdkRefusals } from '../../sdk/refusals.ts'
import { importModules } from '../lib/import-modules.ts'

/** All refusals a person can meet: of every contract, of the HTTP edge, of the client itself. */
export async function readRefusalCodes(root: string): Promise<string[]> {
  const contracts = await importModules(root, 'contract.ts')
  const listed = contracts.flatMap(({ exports }) =>
    (exports['refusalCodes'] ?? []) as readonly RefusalDoc[])
  return [...httpRefusalCodes, ...sdkRefusals, ...listed].map(({ code }) => code)
}
