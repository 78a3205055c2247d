import { useQuery } from '@tanstack/react-query'
import type { ShowQuality } from '#insight/quality/contract'
import { client, must } from '../house.ts'

const askEveryMs = 4000

/** How the show is doing, asked again and again. The last figures stay when the house does not
 *  answer, but then nobody is told to do something about them. */
export function useQuality(
  showId: string, isOver: boolean,
): { readonly quality: ShowQuality | null, readonly isFresh: boolean } {
  const { data, isError } = useQuery({
    queryKey: ['quality', showId],
    queryFn: () => must(client.call('GET /api/shows/:showId/quality', { params: { showId } })),
    refetchInterval: isOver ? false : askEveryMs,
  })
  return { quality: data ?? null, isFresh: !isError && !isOver }
}
