import { expect, test } from 'vitest'
import { makeManualClock, silentLog } from '#kernel'
import { makeProxyWatch } from './proxy-watch.ts'

function begin() {
  const clock = makeManualClock()
  const said: string[] = []
  const watch = makeProxyWatch({ clock, log: { ...silentLog, warn: (event) => said.push(event) } })
  return { clock, said, watch }
}

test('a proxy that is not trusted is told of with what to do, once an hour', async () => {
  const { clock, said, watch } = begin()
  for (let n = 0; n < 50; n++) watch.saw('172.17.0.1')
  expect(said).toHaveLength(1)
  expect(said[0]).toContain('start with --trusted-proxies 172.17.0.1')
  await clock.advance(3_600_000)
  watch.saw('172.17.0.1')
  expect(said).toHaveLength(2)
})

test.each([
  [{ address: '10.0.0.1', people: 10 }, 1], [{ address: '10.0.0.1', people: 9 }, 0],
  [{ address: '9.9.9.9', people: 500 }, 0], [null, 0],
])('a crowd of %j is told of %d times in a while', async (crowd, times) => {
  const { clock, said, watch } = begin()
  const stop = watch.follow(() => crowd)
  for (let minute = 0; minute < 5; minute++) await clock.advance(60_000)
  expect(said).toHaveLength(times)
  stop()
  await clock.advance(7_200_000)
  expect(said).toHaveLength(times)
})
