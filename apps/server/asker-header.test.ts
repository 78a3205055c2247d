import { expect, test } from 'vitest'
import { makeAskerReader, makeClients, noProxies } from '#adapters/clients-forwarded'
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
