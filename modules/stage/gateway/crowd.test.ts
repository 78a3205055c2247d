import { afterEach, expect, test } from 'vitest'
import type { Who } from '#people/accounts/contract'
import { crowdOf } from './crowd.ts'
import { startTestHouse, type TestHouse } from './testing.ts'

let house: TestHouse | undefined
afterEach(() => house?.stop())

const who = (personId: string, isDemo = false) => ({ personId, isDemo }) as unknown as Who
const one = (id: number, address: string, of: Who | null = null, isStaff = false) =>
  ({ id, address, who: of, isStaff })

test('a crowd is people of one address, however many windows they have open', () => {
  expect(crowdOf([])).toBeNull()
  expect(crowdOf([one(1, 'a'), one(2, 'a', who('p')), one(3, 'a', who('p'))]))
    .toEqual({ address: 'a', people: 2 })
  expect(crowdOf([one(1, 'a'), one(2, 'b')])).toBeNull()
  expect(crowdOf([one(1, 'a'), one(2, 'b', who('d', true)), one(3, 'c', who('s'), true)]))
    .toEqual({ address: 'a', people: 1 })
})

test('GTW5 sockets and streams behind a proxy count where their people are', async () => {
  house = await startTestHouse({
    limits: { socketsPerAddress: 1 },
    clientOf: ({ headers }) => ({
      address: String(headers['x-test']), host: headers.host, country: String(headers['x-land']),
    }),
  })
  const { showId, gateway, hello, connect } = house
  const join = async (address: string, land: string) => {
    const client = await connect(address, { 'x-test': address, 'x-land': land })
    client.say(hello())
    return client.next((frame) => ['snapshot', 'refused'].includes(frame.t))
  }
  expect((await join('1.1.1.1', 'DE')).t).toBe('snapshot')
  expect(gateway.readCrowd()).toEqual({ address: '1.1.1.1', people: 1 })
  expect((await join('2.2.2.2', 'SA')).t).toBe('snapshot')
  expect((await join('1.1.1.1', 'DE')).t).toBe('refused')
  expect(gateway.count(showId).countries).toEqual({ DE: 1, SA: 1 })
  expect(gateway.readCrowd()).toBeNull()
})
