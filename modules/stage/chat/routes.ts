import { ok, refuse, routeTable, type MessageId, type PersonId, type RouteTable, type ShowId,
} from '#kernel'
import type { Who } from '#people/accounts/contract'
import type { Audit } from '#people/audit/contract'
import { api, type Chat } from './contract.ts'

const done = ok({ done: true as const })

/** Moderation over HTTP; every act of it is recorded. */
export function makeChatRoutes(deps: { chat: Chat; audit: Audit }): RouteTable {
  const { chat, audit } = deps
  return routeTable<typeof api, Who>(api, {
    async 'DELETE /api/shows/:showId/chat/:messageId'({ params, who }) {
      await audit.record({
        personId: who.personId!, act: 'chat.remove', subject: params.messageId,
        details: { showId: params.showId },
      })
      const isKnown = await chat.remove(params.showId as ShowId, params.messageId as MessageId)
      return isKnown ? done : refuse('stage.chat.unknown')
    },
    async 'PUT /api/shows/:showId/muted/:personId'({ params, body, who }) {
      await audit.record({
        personId: who.personId!, act: 'chat.mute', subject: params.personId,
        details: { showId: params.showId, muted: body.muted },
      })
      await chat.setMuted(params.showId as ShowId, params.personId as PersonId, body.muted)
      return done
    },
  })
}
