import { expect, test } from 'vitest'
import { makeAskerReader, makeClients, noProxies, sealAsker } from '#adapters/clients-forwarded'
import { makeAskerHeader } from './asker-header.ts'

const key = 'k'.repeat(32)
const read = makeAskerReader(key)
const clients = makeClients({ proxies: noProxies })
const from = (remoteAddress: string, agent?: string, sid?: string) => {
  const headers = agent === undefined ? {} : { 'user-agent': agent }
  return { sid, headers, raw: { headers, socket: { remoteAddress } } as never }
}
const header = makeAskerHeader({ SILKCAST_INTERNAL_KEY: key }, clients,
  ({ sid }: ReturnType<typeof from>) => sid)
const asker = (...who: Parameters<typeof from>) => read(header(from(...who)))
const nameOf = (...who: Parameters<typeof from>) => asker(...who)?.viewer

test('one viewer has one name wherever they are; a name tells nothing of them', () => {
  expect(nameOf('1.1.1.1', 'a', 'session-1')).toBe(nameOf('2.2.2.2', 'b', 'session-1'))
  expect(nameOf('1.1.1.1', 'a', 'session-1')).not.toBe(nameOf('1.1.1.1', 'a', 'session-2'))
  expect(nameOf('1.1.1.1', 'a')).not.toBe(nameOf('1.1.1.1', 'b'))
  expect(nameOf('1.1.1.1')).toMatch(/^[A-Za-z0-9_-]{22}$/)
})

test('the media process hears the address, and from nobody else', () => {
  expect(asker('1.1.1.1')?.address).toBe('1.1.1.1')
  expect(asker('::ffff:1.1.1.1')?.address).toBe('1.1.1.1')
  const [[name, value]] = Object.entries(header(from('1.1.1.1'))) as [[string, string]]
  for (const forged of [
    value.replace('1.1.1.1', '1.1.1.2'), value.replace(/^./, 'Z'), value.slice(0, -1),
    `${value} `, '', 'viewer-0001 1.1.1.1', `viewer-0001 1.1.1.1 ${'A'.repeat(43)}`,
    'x'.repeat(10_000),
  ]) expect(read({ [name]: forged })).toBeUndefined()
  expect(read({})).toBeUndefined()
  expect(makeAskerReader('x'.repeat(32))(header(from('1.1.1.1')))).toBeUndefined()
})

test('a seat is the word of the server: nobody makes, changes or adds one', () => {
  const seat = { showId: 'sho_01jx0000000000000000000000', need: 'wish', untilMs: 1_000 } as const
  const asker = { viewer: 'viewer-0001', address: '1.1.1.1' }
  const [[name, value]] = Object.entries(sealAsker(key, { ...asker, seat })) as [[string, string]]
  expect(read({ [name]: value })).toEqual({ ...asker, seat })
  const [[, plain]] = Object.entries(sealAsker(key, asker)) as [[string, string]]
  expect(read({ [name]: plain })).toEqual(asker)
  const claim = ` ${seat.showId} ${seat.need} ${seat.untilMs}`
  const mark = plain.lastIndexOf(' ')
  for (const forged of [
    value.replace('wish', 'seat'), value.replace(' 1000 ', ' 9000 '), value.replace('_01j', '_02j'),
    value.replace(claim, ''), plain.slice(0, mark) + claim + plain.slice(mark),
    value.replace('viewer-0001', 'viewer-0002'), `${asker.viewer} ${asker.address}${claim}`,
  ]) expect(read({ [name]: forged })).toBeUndefined()
})
