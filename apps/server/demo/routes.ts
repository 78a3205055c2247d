import Type from 'typebox'
import { ok, refuse, routeTable, type Api, type ShowId } from '#kernel'
import type { Accounts, Who } from '#people/accounts/contract'
import type { Shows } from '#stage/show/contract'
import { readDemoWorld } from './world.ts'

const Session = Type.Object({ name: Type.String(), token: Type.String() })

export const api = {
  'POST /internal/demo/sessions': {
    act: 'internal',
    doc: 'Sessions for the demo process: a director with a staff role, and shoppers.',
    body: Type.Object({
      shoppers: Type.Array(Type.String({ maxLength: 40 }), { maxItems: 50 }),
    }, { additionalProperties: false }),
    reply: Type.Object({
      showId: Type.String(),
      slug: Type.String(),
      streamKey: Type.String(),
      director: Type.String(),
      shoppers: Type.Array(Session),
    }),
  },
} as const satisfies Api

/** What the demo process needs to act as real clients; mounted only when the demo is on. */
export function demoRoutes(deps: {
  readonly root: string
  readonly accounts: Accounts
  readonly shows: Pick<Shows<never>, 'readBySlug' | 'readStreamKey'>
  /** Trades a sign-in link for a session, as a person would. */
  startStaffSession(email: string): Promise<string>
}) {
  return routeTable<typeof api, Who>(api, {
    async 'POST /internal/demo/sessions'({ body }) {
      const world = await readDemoWorld(deps.root)
      const show = await deps.shows.readBySlug(world.show.slug)
      const streamKey = show ? await deps.shows.readStreamKey(show.id as ShowId) : null
      if (!show || !streamKey) return refuse('stage.show.unknown')
      const shoppers = []
      for (const name of body.shoppers) {
        const { token } = await deps.accounts.makeGuest({ displayName: name, isDemo: true })
        shoppers.push({ name, token })
      }
      const director = await deps.startStaffSession(world.staff[0]!.email)
      return ok({ showId: show.id, slug: show.slug, streamKey, director, shoppers })
    },
  })
}
