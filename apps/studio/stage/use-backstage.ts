import { useQuery } from '@tanstack/react-query'
import type { Layout, StageView } from '#stage/backstage/contract'
import { client, must, queries, useAct } from '../house.ts'

const askEveryMs = 1500
const keyOf = (showId: string) => ['stage', showId]

export interface Backstage {
  /** null until it is known. */
  readonly stage: StageView | null
  admit(guestId: string): void
  mute(guestId: string, isMuted: boolean): void
  remove(guestId: string): void
  lay(layout: Layout, spotlight: string): void
  answerHand(personId: string, isAccepted: boolean): void
}

/** Who is on stage, and what staff do there. */
export function useBackstage(showId: string, isWanted: boolean): Backstage {
  const known = useQuery({
    queryKey: keyOf(showId), enabled: isWanted, refetchInterval: askEveryMs, staleTime: 0,
    refetchIntervalInBackground: true,
    queryFn: () => must(client.call('GET /api/shows/:showId/stage', { params: { showId } })),
  })
  const remember = (stage: StageView) => queries.setQueryData(keyOf(showId), stage)
  const guest = (guestId: string) => ({ params: { showId, guestId } })
  const admit = useAct((guestId: string) => client.call(
    'POST /api/shows/:showId/stage/guests/:guestId/admit', guest(guestId)), remember)
  const mute = useAct(({ guestId, muted }: { guestId: string, muted: boolean }) => client.call(
    'POST /api/shows/:showId/stage/guests/:guestId/mute',
    { ...guest(guestId), body: { muted } }), remember)
  const remove = useAct((guestId: string) => client.call(
    'POST /api/shows/:showId/stage/guests/:guestId/remove', guest(guestId)), remember)
  const lay = useAct((body: { layout: Layout, spotlight: string }) => client.call(
    'PUT /api/shows/:showId/stage/layout', { params: { showId }, body }), remember)
  const answer = useAct(({ personId, accept }: { personId: string, accept: boolean }) =>
    client.call('POST /api/shows/:showId/stage/hands/:personId',
      { params: { showId, personId }, body: { accept } }), remember)
  return {
    stage: known.data ?? null,
    admit: (guestId) => admit.mutate(guestId),
    mute: (guestId, isMuted) => mute.mutate({ guestId, muted: isMuted }),
    remove: (guestId) => remove.mutate(guestId),
    lay: (layout, spotlight) => lay.mutate({ layout, spotlight }),
    answerHand: (personId, isAccepted) => answer.mutate({ personId, accept: isAccepted }),
  }
}
