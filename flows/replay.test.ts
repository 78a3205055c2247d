import { expect, test } from 'vitest'
import { silentLog, type ShowId } from '#kernel'
import type { ReplayRefusal } from '#stage/replay/contract'
import { makeReplayFlow } from './replay.ts'

const showId = 'sho_1' as ShowId

function house() {
  const said: string[] = []
  const state = {
    refusal: null as ReplayRefusal | null, isDown: false, removing: [] as ShowId[],
    due: [] as { showId: ShowId; why: 'expired' | 'quota' }[],
  }
  const flow = makeReplayFlow({
    log: silentLog,
    shows: {
      async setReplay(_id, to) {
        said.push(`show ${to}`)
        return 'stage.show.unknown'
      },
    },
    replays: {
      async setPublic(_id, isPublic) {
        said.push(`replay ${isPublic ? 'public' : 'withdrawn'}`)
        return state.refusal
      },
      async beginRemoval(_id, why) {
        said.push(`begin ${why}`)
        if (!state.refusal) state.removing.push(showId)
        return state.refusal
      },
      async finishRemoval() {
        if (state.isDown) throw new Error('media is away')
        said.push('finish')
        state.removing = []
      },
      readRemoving: async () => state.removing,
      chooseDue: async () => state.due,
    },
  })
  return { flow, said, state }
}

test('RPL4 withdrawing hides first, publishing shows last', async () => {
  const { flow, said, state } = house()
  expect(await flow.setPublic(showId, false)).toBeNull()
  expect(await flow.setPublic(showId, true)).toBeNull()
  expect(said.splice(0))
    .toEqual(['show withdrawn', 'replay withdrawn', 'replay public', 'show public'])
  state.refusal = 'stage.replay.none'
  expect(await flow.setPublic(showId, true)).toBe('stage.replay.none')
  expect(said).toEqual(['replay public'])
})

test('RPL10 a removal is begun, told, and finished later when media is away', async () => {
  const { flow, said, state } = house()
  state.isDown = true
  expect(await flow.remove(showId, 'by_hand')).toBeNull()
  expect(said.splice(0)).toEqual(['begin by_hand', 'show removed'])
  expect(await flow.tidy()).toBe(0)
  state.isDown = false
  await flow.tidy()
  expect(said.splice(0)).toEqual(['show removed', 'show removed', 'finish'])
  state.due = [{ showId, why: 'expired' }]
  expect(await flow.tidy()).toBe(1)
  expect(said).toEqual(['begin expired', 'show removed', 'finish'])
  state.refusal = 'stage.replay.not_ended'
  expect(await flow.remove(showId, 'by_hand')).toBe('stage.replay.not_ended')
})
