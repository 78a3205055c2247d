import { ok, routeTable, type PersonId, type RouteTable, type ShowId } from '#kernel'
import type { Who } from '#people/accounts/contract'
import type { Audit } from '#people/audit/contract'
import { api } from './contract.ts'
import type { BackstageInside, Link } from './inside.ts'

/** What a guest opens. The token lies behind the mark: it reaches no log and no other site. */
const pathOf = (token: string): string => `/stage#${token}`

type Details = Readonly<Record<string, string | boolean>>

/** The stage over HTTP; every act of staff is recorded. */
export function makeBackstageRoutes(deps: {
  backstage: BackstageInside
  audit: Audit
  /** Where people outside reach this house, for a caller who came by this Host header. */
  originFor(host: string | undefined): { origin: string; isSecure: boolean }
}): RouteTable {
  const { backstage, audit } = deps
  const note = (who: Who, act: string, subject: string, details: Details = {}) =>
    audit.record({ personId: who.personId as PersonId, act, subject, details })
  const invitationOf = (
    { guestId, token, expiresAtMs }: Link,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ) => {
    const { host } = headers
    const { origin, isSecure } = deps.originFor(typeof host === 'string' ? host : undefined)
    const url = origin + pathOf(token)
    return ok({ guestId: guestId as string, url, expiresAtMs, isSecure })
  }

  return routeTable<typeof api, Who>(api, {
    'GET /api/shows/:showId/stage': ({ params }) => backstage.read(params.showId as ShowId),
    async 'POST /api/shows/:showId/stage/invitations'({ params, who, headers }) {
      await note(who, 'stage.invite', params.showId)
      const made = await backstage.invite(params.showId as ShowId, who.personId!)
      return made.ok ? invitationOf(made.value, headers) : made
    },
    async 'POST /api/shows/:showId/stage/guests/:guestId/admit'({ params, who }) {
      await note(who, 'stage.admit', params.guestId, { showId: params.showId })
      return backstage.admit(params.showId as ShowId, params.guestId)
    },
    async 'POST /api/shows/:showId/stage/guests/:guestId/mute'({ params, body, who }) {
      const { muted } = body
      await note(who, 'stage.mute', params.guestId, { showId: params.showId, muted })
      return backstage.mute(params.showId as ShowId, params.guestId, muted)
    },
    async 'POST /api/shows/:showId/stage/guests/:guestId/remove'({ params, who }) {
      await note(who, 'stage.remove', params.guestId, { showId: params.showId })
      return backstage.remove(params.showId as ShowId, params.guestId)
    },
    async 'PUT /api/shows/:showId/stage/layout'({ params, body, who }) {
      await note(who, 'stage.layout', params.showId, { ...body })
      return backstage.lay(params.showId as ShowId, body.layout, body.spotlight)
    },
    async 'POST /api/shows/:showId/stage/picture'({ params, body, who }) {
      await note(who, body.isNew ? 'stage.picture_new' : 'stage.picture_read', params.showId)
      return backstage.address(params.showId as ShowId, body.isNew)
    },
    async 'POST /api/shows/:showId/stage/hands/:personId'({ params, body, who }) {
      const { accept } = body
      await note(who, 'stage.hand', params.personId, { showId: params.showId, accept })
      return backstage.answerHand(
        params.showId as ShowId, params.personId as PersonId, who.personId!, accept)
    },
    'GET /api/shows/:showId/on-stage': async ({ params }) =>
      ok(await backstage.onStage(params.showId as ShowId)),
    'GET /api/shows/:showId/hand': async ({ params, who }) =>
      ok({ hand: await backstage.hand(params.showId as ShowId, who.personId!) }),
    async 'PUT /api/shows/:showId/hand'({ params, body, who }) {
      const person = { personId: who.personId!, name: who.displayName }
      const hand = await backstage.setHand(params.showId as ShowId, person, body.up)
      return hand.ok ? ok({ hand: hand.value }) : hand
    },
    async 'POST /api/shows/:showId/hand/link'({ params, who, headers }) {
      const link = await backstage.handLink(params.showId as ShowId, who.personId!)
      return link.ok ? invitationOf(link.value, headers) : link
    },
    'POST /api/stage/look': ({ body }) => backstage.look(body.token),
    'POST /api/stage/enter': ({ body }) =>
      backstage.enter(body.token, body.name, body.language),
    'POST /api/stage/me': ({ body }) => backstage.me(body.key),
    'POST /api/stage/picture': ({ body }) => backstage.picture(body.key),
    'POST /api/stage/speak': ({ body }) => backstage.speak(body.key),
    'POST /api/stage/leave': ({ body }) => backstage.leave(body.key),
  })
}
