import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { silentLog, systemClock, type ShowId } from '#kernel'
import { makeShowId } from '#stage/media/testing'
import { makeMediaFleet, type MediaFleet } from './index.ts'

interface Fake {
  readonly url: string
  readonly server: Server
  held: ShowId[]
  staged: ShowId[]
  readonly told: string[]
}
const fakes: Fake[] = []
let fleet: MediaFleet | undefined

/** A media process that says what it is made to say and keeps what it is told. */
async function startFake(): Promise<Fake> {
  const told: string[] = []
  const server = createServer((request, response) => {
    if (request.method === 'POST') {
      told.push(request.url!)
      fake.staged = []
      return response.writeHead(204).end()
    }
    const { held, staged } = fake
    response.end(JSON.stringify({ rtmpPort: 1, held, receiving: [], staged }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const fake: Fake = { url, server, held: [], staged: [], told }
  fakes.push(fake)
  return fake
}

afterEach(async () => {
  fleet?.stop()
  for (const { server } of fakes.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

test('guests who stayed where the show was are sent to where it is', async () => {
  const [one, two] = [await startFake(), await startFake()]
  const showId = makeShowId()
  one.held = [showId]
  fleet = makeMediaFleet({
    urls: [one.url, two.url], internalKey: 'key', clock: systemClock, log: silentLog,
  })
  await fleet.start()
  expect(fleet.urlFor(showId)).toBe(one.url)
  one.staged = [showId]
  two.staged = [showId]
  await vi.waitFor(() => expect(two.told).toEqual([`/internal/shows/${showId}/leave`]), 5_000)
  await systemClock.sleep(1_200)
  expect(two.told).toHaveLength(1)
  expect(one.told).toEqual([])
})
