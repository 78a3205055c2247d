import { useQuery } from '@tanstack/react-query'
import { client, must } from '../house.ts'

const EVERY_MS = 30_000

/** Room for recordings, looked at now and then while a page is open. */
export const useStorage = () => useQuery({
  queryKey: ['storage'], queryFn: () => must(client.call('GET /api/storage')),
  refetchInterval: EVERY_MS, staleTime: EVERY_MS / 2,
})
