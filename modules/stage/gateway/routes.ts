import { ok, refuse, routeTable, type Clock, type RouteTable, type ShowId } from '#kernel'
import type { Who } from '#people/accounts/contract'
import type { Acts } from './acts.ts'
import { api, type ServerFrame } from './contract.ts'
import type { Entry } from './entry.ts'
import type { Hub } from './hub.ts'

/** What the socket takes, one message a call, for those who listen on `/sse`. */
export function gatewayRoutes(
  deps: { acts: Acts; entry: Entry; hub: Hub; clock: Clock },
): RouteTable {
  const { acts, entry, hub, clock } = deps
  const frames = (...list: readonly unknown[]) => ok({ frames: [...list] })

  return routeTable<typeof api, Who>(api, {
    async 'POST /api/rooms/:showId/say'({ params, body, who }) {
      const showId = params.showId as ShowId
      const nowMs = clock.nowMs()
      const cost = body.t === 'ask' ? 5 : 1
      if (who.personId && !hub.personOf(who.personId).bucket.take(nowMs, cost)) {
        return refuse('stage.gateway.too_fast', { waitSeconds: 1 })
      }
      switch (body.t) {
        case 'chat': case 'order': return frames(await acts.act(who, showId, body))
        case 'react':
          acts.react(showId, body.kind)
          return frames()
        case 'ping': return frames({ t: 'pong', at: nowMs, echo: body.at } satisfies ServerFrame)
        case 'ask': {
          const texts = await entry.catchUp(who, showId, body.seq)
          return texts ? frames(...texts.map((text) => JSON.parse(text) as unknown))
            : refuse('stage.gateway.show_unknown')
        }
        default: return refuse('stage.gateway.malformed')
      }
    },
  })
}
