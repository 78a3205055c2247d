import { expect, test } from 'vitest'
import { resolveTarget } from './proxy.ts'

test.each([
  ['/media/x/live.m3u8?_HLS_msn=3', '/media/x/live.m3u8?_HLS_msn=3'],
  ['http://shop.example/media/x', '/media/x'],
])('%s goes on as %s', (raw, path) => {
  expect(resolveTarget(raw, '/media')).toBe(path)
})

test.each([
  '/media/../internal/shows/x/stop', '/media/%2e%2e/internal', '/media/..\\internal',
  '/media/%2E./x',
  '/media/a/%2e%2e/%2e%2e/internal', '/media/a%2f..%2f..%2finternal', '/media/a%00b', '/mediax/a',
  '/media', '//evil.example/x', 'http://[', '/other/x', '/media/a%5c..%5cb',
])('%s leads nowhere', (raw) => {
  expect(resolveTarget(raw, '/media')).toBeNull()
})
