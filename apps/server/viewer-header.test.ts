import { expect, test } from 'vitest'
import { VIEWER_HEADER } from '#stage/media/contract'
import { makeViewerHeader } from './viewer-header.ts'

const env = { SILKCAST_INTERNAL_KEY: 'k'.repeat(32) }
const from = (ip: string, agent?: string, sid?: string) => ({
  ip, sid, headers: agent === undefined ? {} : { 'user-agent': agent },
})
const name = makeViewerHeader(env, ({ sid }: ReturnType<typeof from>) => sid)
const nameOf = (...who: Parameters<typeof from>) => name(from(...who))[VIEWER_HEADER]

test('one viewer has one name wherever they are; a name tells nothing of them', () => {
  expect(nameOf('1.1.1.1', 'a', 'session-1')).toBe(nameOf('2.2.2.2', 'b', 'session-1'))
  expect(nameOf('1.1.1.1', 'a', 'session-1')).not.toBe(nameOf('1.1.1.1', 'a', 'session-2'))
  expect(nameOf('1.1.1.1', 'a')).not.toBe(nameOf('1.1.1.1', 'b'))
  expect(nameOf('1.1.1.1')).toMatch(/^[A-Za-z0-9_-]{22}$/)
  const other = makeViewerHeader({ SILKCAST_INTERNAL_KEY: 'x'.repeat(32) }, () => 'session-1')
  expect(other(from('1.1.1.1'))[VIEWER_HEADER]).not.toBe(nameOf('1.1.1.1', 'a', 'session-1'))
})
