import { expect, test } from 'vitest'
import { pollerOf } from './poller.ts'

const ask = (remoteAddress: string, headers: Record<string, string> = {}, viewer?: string) =>
  pollerOf({ headers, socket: { remoteAddress } },
    viewer === undefined ? undefined : { viewer, address: '8.8.8.8' })

test('MED23 our own proxy names a viewer; a stranger counts as one whatever it says', () => {
  expect(ask('127.0.0.1', { 'user-agent': 'a' }, 'viewer-0001')).toBe('v viewer-0001')
  for (const anywhere of ['127.0.0.1', '10.1.2.3', '8.8.8.8', '2a00::1']) {
    const said = (name: string) => ask(anywhere, { 'x-silkcast-asker': `${name} 1.1.1.1` })
    expect(said('viewer-0001')).toBe(said('viewer-0002'))
  }
  expect(ask('9.9.9.9', { 'user-agent': 'a' })).not.toBe(ask('9.9.9.9', { 'user-agent': 'b' }))
  expect(ask('9.9.9.9', { 'user-agent': 'x'.repeat(9_000) }).length).toBeLessThan(120)
})
