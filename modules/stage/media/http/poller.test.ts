import { expect, test } from 'vitest'
import { pollerOf } from './poller.ts'

const ask = (remoteAddress: string, headers: Record<string, string> = {}) =>
  pollerOf({ headers, socket: { remoteAddress } })
const told = { 'x-silkcast-viewer': 'viewer-0001' }

test('MED23 our own proxy names a viewer; a stranger counts as one whatever it says', () => {
  const ours = ['127.0.0.1', '::1', '::ffff:127.0.0.1', '10.1.2.3', '172.16.0.9', 'fd00::7']
  for (const near of ours) {
    expect(ask(near, told)).toBe('v viewer-0001')
  }
  for (const far of ['8.8.8.8', '172.32.0.1', '2a00::1', '::ffff:9.9.9.9']) {
    expect(ask(far, told)).toBe(ask(far, { 'x-silkcast-viewer': 'viewer-0002' }))
  }
  expect(ask('127.0.0.1', { 'x-silkcast-viewer': 'a b' })).toBe(ask('127.0.0.1'))
  expect(ask('9.9.9.9', { 'user-agent': 'x'.repeat(9_000) }).length).toBeLessThan(120)
})
