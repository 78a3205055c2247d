import { expect, test } from 'vitest'
import type { Who } from '#people/accounts/contract'
import type { Show } from '#stage/show/contract'
import { makeShowId } from '#stage/media/testing'
import { makeRehearsalGuard } from './rehearsal.ts'

const nobody: Who = { personId: null, sessionId: null, roles: [], displayName: '', isDemo: false }
const producer: Who = { ...nobody, roles: ['producer'] }

function begin(state: Show['state']) {
  const id = makeShowId()
  let tell: (show: Pick<Show, 'id' | 'state'>) => void = () => {}
  let reads = 0
  const show = { id, state }
  const guard = makeRehearsalGuard({
    shows: {
      async read(asked) {
        reads++
        return asked === id ? show : null
      },
      onChange(listen) {
        tell = listen
        return () => {}
      },
    },
    whoOf: async (who: Who) => who,
  })
  return { id, guard, change: (to: Show['state']) => tell({ ...show, state: to }),
    get reads() { return reads } }
}

test('a rehearsal is seen by its own people only, a live show and a replay by all', async () => {
  const { id, guard, change } = begin('scheduled')
  for (const name of ['live.m3u8', 'p1.0.m4s', 'whep', 'state.json', 'init-0.mp4']) {
    expect(await guard(`/media/${id}/${name}`, nobody)).toBe(false)
    expect(await guard(`/media/${id}/${name}`, producer)).toBe(true)
  }
  change('live')
  expect(await guard(`/media/${id}/live.m3u8`, nobody)).toBe(true)
  change('ended')
  expect(await guard(`/media/${id}/replay.m3u8`, nobody)).toBe(true)
})

test('the database is asked once for a show, and what is no show goes on', async () => {
  const world = begin('live')
  for (let n = 0; n < 50; n++) await world.guard(`/media/${world.id}/live.m3u8`, nobody)
  expect(world.reads).toBe(1)
  for (const path of ['/media/whip', '/media/health', '/media/sho_x/live.m3u8', '/media/']) {
    expect(await world.guard(path, nobody)).toBe(true)
  }
})
