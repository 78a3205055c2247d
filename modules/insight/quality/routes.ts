import { ok, routeTable, type RouteTable, type ShowId } from '#kernel'
import type { Who } from '#people/accounts/contract'
import { api, type Quality } from './contract.ts'

export function makeQualityRoutes({ quality }: { quality: Quality }): RouteTable {
  return routeTable<typeof api, Who>(api, {
    async 'POST /api/quality'({ body, who, address, country }) {
      await quality.hear(body, { who, address, country })
      return ok({ done: true as const })
    },
    'GET /api/shows/:showId/quality': async ({ params }) =>
      ok(await quality.read(params.showId as ShowId)),
  })
}
