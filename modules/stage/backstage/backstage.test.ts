import { describe, expect, test } from 'vitest'
import { writeFacts, type Tx } from '#adapters/store-postgres'
import { useTestDatabase } from '#adapters/store-postgres/testing'
import { makeIds, makeManualClock, silentLog, systemRandom, type PersonId, type ShowId,
} from '#kernel'
import type { Who } from '#people/accounts/contract'
import { backstageLimits, type Answer, type MyPlace, type StageList } from './contract.ts'
import { makeBackstage, makeBackstageRoutes } from './index.ts'
import { cleanName } from './model.ts'

const store = useTestDatabase({ only: ['stage_backstage'] })

function house() {
  const clock = makeManualClock()
  const ids = makeIds({ clock, random: systemRandom })
  const showId = ids.make('sho')
  const shows = new Map([[showId, { slug: 'silk', title: 'Silk night', state: 'live' }]])
  const media = { isDown: false, lists: [] as StageList[], senders: [] as string[] }
  const backstage = makeBackstage<Tx>({
    database: store.database, writeFacts, clock, ids, random: systemRandom, log: silentLog,
    shows: { read: async (id) => shows.get(id) ?? null },
    media: {
      async setStage(_showId, list) {
        if (media.isDown) throw new Error('connection refused')
        media.lists.push(list)
      },
      async readSenders() {
        if (media.isDown) throw new Error('connection refused')
        return media.senders
      },
    },
  })
  const by = ids.make('per') as PersonId
  const invite = async () => must(backstage.invite(showId, by))
  const enter = async (name = 'Ana') => {
    const { token, guestId } = await invite()
    return { token, guestId, ...await must(backstage.enter(token, name, 'ar')) }
  }
  const onStage = async (name = 'Ana') => {
    const guest = await enter(name)
    await must(backstage.admit(showId, guest.guestId))
    return guest
  }
  const facts = async (id: ShowId = showId) => (await store.database.pool.query<{ name: string }>(
    'select name from house.outbox where aggregate = $1 order by 1', [id])).rows
    .map(({ name }) => name)
  return { clock, ids, showId, shows, media, backstage, by, invite, enter, onStage, facts }
}

async function must<T>(answer: Answer<T>): Promise<T> {
  const result = await answer
  if (!result.ok) throw new Error(result.refusal.code)
  return result.value
}
const code = async (answer: Answer<unknown>) => {
  const result = await answer
  return result.ok ? 'ok' : result.refusal.code.replace('stage.backstage.', '')
}

describe('links', () => {
  test('BKS1 a link lets one person in, once, and two who press at once are one', async () => {
    const h = house()
    const { token } = await h.invite()
    expect(await must(h.backstage.look(token))).toEqual({ showId: h.showId, title: 'Silk night' })
    const both = await Promise.all([
      code(h.backstage.enter(token, 'Ana', 'en')), code(h.backstage.enter(token, 'Bo', 'en')),
    ])
    expect(both.toSorted()).toEqual(['link_invalid', 'ok'])
    expect(await code(h.backstage.look(token))).toBe('link_invalid')
    expect(await code(h.backstage.enter('no-such-token-at-all', 'Ana', 'en'))).toBe('link_invalid')
  })

  test('BKS1 a link is spent after 24 hours, by withdrawing it and by the end of its show',
    async () => {
      const h = house()
      const [old, withdrawn, last] = [await h.invite(), await h.invite(), await h.invite()]
      await must(h.backstage.remove(h.showId, withdrawn.guestId))
      expect(await code(h.backstage.enter(withdrawn.token, 'Ana', 'en'))).toBe('link_invalid')
      h.shows.set(h.showId, { slug: 'silk', title: 'Silk night', state: 'ended' })
      expect(await code(h.backstage.enter(last.token, 'Ana', 'en'))).toBe('link_invalid')
      h.shows.set(h.showId, { slug: 'silk', title: 'Silk night', state: 'live' })
      await h.clock.advance(backstageLimits.invitationHours * 3_600_000)
      expect(await code(h.backstage.enter(old.token, 'Ana', 'en'))).toBe('link_invalid')
      expect((await must(h.backstage.read(h.showId))).guests).toEqual([])
    })

  test('BKS12 open invitations and people inside are bounded', async () => {
    const h = house()
    for (let n = 0; n < backstageLimits.insideMax; n++) await h.enter(`Guest ${n}`)
    const { token } = await h.invite()
    expect(await code(h.backstage.enter(token, 'One more', 'en'))).toBe('too_many')
    for (let n = 1; n < backstageLimits.openInvitationsMax; n++) await h.invite()
    expect(await code(h.backstage.invite(h.showId, h.by))).toBe('too_many')
  })
})

describe('guests', () => {
  test('BKS2 waiting, on stage, gone for good', async () => {
    const h = house()
    const ana = await h.enter()
    const state = async () => (await must(h.backstage.me(ana.key))).state
    expect(await state()).toBe('waiting')
    await must(h.backstage.admit(h.showId, ana.guestId))
    expect(await state()).toBe('on_stage')
    expect(await h.backstage.onStage(h.showId)).toEqual([{ id: ana.guestId, name: 'Ana' }])
    expect((await h.backstage.identify(ana.key))?.guest).toMatchObject({ isOnStage: true })
    await must(h.backstage.remove(h.showId, ana.guestId))
    expect(await state()).toBe('removed')
    expect(await h.backstage.identify(ana.key)).toBeNull()
    expect(await code(h.backstage.admit(h.showId, ana.guestId))).toBe('guest_unknown')
    expect(await code(h.backstage.leave(ana.key))).toBe('key_unknown')
    const bo = await h.onStage('Bo')
    expect((await must(h.backstage.leave(bo.key))).state).toBe('left')
    expect(await h.facts()).toEqual(['GuestInvited', 'GuestAdmitted', 'GuestRemoved',
      'GuestInvited', 'GuestAdmitted', 'GuestLeft'].toSorted())
  })

  test('BKS3 four on stage with the host, also when two are let in at once', async () => {
    const h = house()
    await h.onStage('One')
    await h.onStage('Two')
    const [ana, bo] = [await h.enter('Ana'), await h.enter('Bo')]
    const both = await Promise.all([ana, bo].map(({ guestId }) =>
      code(h.backstage.admit(h.showId, guestId))))
    expect(both.toSorted()).toEqual(['full', 'ok'])
    expect(await h.backstage.onStage(h.showId)).toHaveLength(3)
    expect(await code(h.backstage.admit(h.showId, (await h.invite()).guestId))).toBe('not_waiting')
  })

  test('BKS4 a mute is ended by the guest only once the host has asked', async () => {
    const h = house()
    const ana = await h.onStage()
    await must(h.backstage.mute(h.showId, ana.guestId, true))
    expect(h.media.lists.at(-1)!.guests[0]).toMatchObject({ isMuted: true })
    expect(await code(h.backstage.speak(ana.key))).toBe('not_asked')
    await must(h.backstage.mute(h.showId, ana.guestId, false))
    expect(h.media.lists.at(-1)!.guests[0]).toMatchObject({ isMuted: true })
    expect((await must(h.backstage.speak(ana.key))).mute).toBe('open')
    expect(h.media.lists.at(-1)!.guests[0]).toMatchObject({ isMuted: false })
  })

  test('BKS6 a key opens its own guest, and secrets are kept as hashes', async () => {
    const h = house()
    const ana = await h.enter()
    expect((await h.backstage.identify(ana.key))).toMatchObject({
      showId: h.showId, guest: { id: ana.guestId, isOnStage: false, isMuted: false },
    })
    expect(await h.backstage.identify('an-unknown-key-0000000')).toBeNull()
    expect(await code(h.backstage.me(ana.token))).toBe('key_unknown')
    const { rows } = await store.database.pool.query('select * from stage_backstage.guests')
    expect(JSON.stringify(rows)).not.toContain(ana.key)
    expect(JSON.stringify(rows)).not.toContain(ana.token)
    const elsewhere = h.ids.make('sho')
    h.shows.set(elsewhere, { slug: 'x', title: 'X', state: 'live' })
    expect(await code(h.backstage.admit(elsewhere, ana.guestId))).toBe('guest_unknown')
    expect(await code(h.backstage.mute(elsewhere, ana.guestId, true))).toBe('guest_unknown')
    expect(await code(h.backstage.remove(elsewhere, ana.guestId))).toBe('guest_unknown')
  })

  test('BKS7 the end of the show ends everything', async () => {
    const h = house()
    const ana = await h.onStage()
    const waiting = h.ids.make('per') as PersonId
    await must(h.backstage.setHand(h.showId, { personId: waiting, name: 'Vera' }, true))
    h.shows.set(h.showId, { slug: 'silk', title: 'Silk night', state: 'ended' })
    await h.backstage.close(h.showId)
    expect(h.media.lists.at(-1)!.guests).toEqual([])
    expect((await must(h.backstage.me(ana.key))).state).toBe('over')
    expect(await h.backstage.identify(ana.key)).toBeNull()
    expect((await must(h.backstage.read(h.showId))).hands).toEqual([])
    expect(await code(h.backstage.invite(h.showId, h.by))).toBe('show_over')
    expect(await code(h.backstage.setHand(h.showId, { personId: waiting, name: 'V' }, true)))
      .toBe('show_over')
  })

  test('BKS9 names hide and turn nothing', async () => {
    const h = house()
    expect(cleanName(' A\u202en\u200ba\n\u0000 ')).toBe('An a')
    expect([...cleanName('\u{1f600}x'.repeat(60))]).toHaveLength(backstageLimits.nameLength)
    const { token } = await h.invite()
    for (const nothing of ['   ', '\u202e', '\u200b\u200b', '...']) {
      expect(await code(h.backstage.enter(token, nothing, 'en'))).toBe('name_empty')
    }
    expect(await code(h.backstage.enter(token, 'سارة', 'ar'))).toBe('ok')
  })

  test('BKS10 the spotlight is on stage, and goes back to the host', async () => {
    const h = house()
    const [ana, bo] = [await h.onStage('Ana'), await h.enter('Bo')]
    expect(await code(h.backstage.lay(h.showId, 'spotlight', bo.guestId))).toBe('not_on_stage')
    const laid = await must(h.backstage.lay(h.showId, 'spotlight', ana.guestId))
    expect([laid.layout, laid.spotlight]).toEqual(['spotlight', ana.guestId])
    const place: MyPlace = await must(h.backstage.me(ana.key))
    expect(place.isInSpotlight).toBe(true)
    await must(h.backstage.leave(ana.key))
    expect((await must(h.backstage.read(h.showId))).spotlight).toBe('host')
  })
})

test('BKS5 the media process hears every change, and later what it could not be told', async () => {
  const h = house()
  const ana = await h.enter()
  const before = h.media.lists.length
  h.media.isDown = true
  await must(h.backstage.admit(h.showId, ana.guestId))
  expect(h.media.lists).toHaveLength(before)
  h.media.isDown = false
  await h.backstage.sweep()
  const list = h.media.lists.at(-1)!
  expect(list.guests).toEqual([{ id: ana.guestId, isOnStage: true, isMuted: false }])
  expect(list.revision).toBeGreaterThan(h.media.lists[before - 1]!.revision)
  await h.backstage.sweep()
  expect(h.media.lists).toHaveLength(before + 1)
})

describe('the guests\' picture', () => {
  test('BKS13 its address shows who is on stage and how, and opens nothing else', async () => {
    const h = house()
    const ana = await h.onStage('Ana')
    await h.enter('Waits')
    const { key } = await must(h.backstage.address(h.showId, false))
    expect((await must(h.backstage.address(h.showId, false))).key).toBe(key)
    await must(h.backstage.lay(h.showId, 'grid', ana.guestId))
    expect(await must(h.backstage.picture(key))).toEqual({
      showId: h.showId, isOver: false, layout: 'grid', spotlight: ana.guestId,
      people: [{ id: ana.guestId, name: 'Ana' }],
    })
    expect(await h.backstage.identify(key)).toEqual({ showId: h.showId, pictureRound: 1 })
    for (const other of [ana.key, ana.token]) {
      expect(await code(h.backstage.picture(other))).toBe('picture_unknown')
    }
    for (const act of [h.backstage.me, h.backstage.speak, h.backstage.leave]) {
      expect(await code(act(key))).toBe('key_unknown')
    }
    expect(await code(h.backstage.look(key))).toBe('link_invalid')
  })

  test('BKS13 a new address ends the one before, and the media process hears of it', async () => {
    const h = house()
    const first = await must(h.backstage.address(h.showId, false))
    expect(h.media.lists.at(-1)!.pictureRound).toBe(1)
    const second = await must(h.backstage.address(h.showId, true))
    expect(h.media.lists.at(-1)!.pictureRound).toBe(2)
    expect(second.key).not.toBe(first.key)
    expect(await code(h.backstage.picture(first.key))).toBe('picture_unknown')
    expect(await h.backstage.identify(first.key)).toBeNull()
    expect(await h.backstage.identify(second.key)).toMatchObject({ pictureRound: 2 })
    h.shows.set(h.showId, { slug: 'silk', title: 'Silk night', state: 'ended' })
    expect(await must(h.backstage.picture(second.key))).toMatchObject({ isOver: true, people: [] })
    expect(await h.backstage.identify(second.key)).toBeNull()
    expect(await code(h.backstage.address(h.showId, true))).toBe('show_over')
  })

  test('BKS14 staff see who sends a line, and that nobody could be asked', async () => {
    const h = house()
    const senders = async () => (await must(h.backstage.read(h.showId))).senders
    h.media.senders = ['host']
    expect(await senders()).toEqual([])
    await h.onStage()
    expect(await senders()).toEqual(['host'])
    h.media.isDown = true
    expect(await senders()).toBeNull()
  })
})

test('BKS8 a hand becomes an invitation of that person alone', async () => {
  const h = house()
  const [vera, other] = [h.ids.make('per') as PersonId, h.ids.make('per') as PersonId]
  const raise = (personId: PersonId) =>
    must(h.backstage.setHand(h.showId, { personId, name: 'Vera' }, true))
  expect([await raise(vera), await raise(vera)]).toEqual(['up', 'up'])
  expect((await must(h.backstage.read(h.showId))).hands).toHaveLength(1)
  expect(await code(h.backstage.handLink(h.showId, vera))).toBe('not_invited')
  const taken = await must(h.backstage.answerHand(h.showId, vera, h.by, true))
  expect([taken.hands, taken.guests[0]?.isFromHand]).toEqual([[], true])
  expect(await h.backstage.hand(h.showId, vera)).toBe('invited')
  expect(await code(h.backstage.handLink(h.showId, other))).toBe('not_invited')
  const first = await must(h.backstage.handLink(h.showId, vera))
  const { token } = await must(h.backstage.handLink(h.showId, vera))
  expect(await code(h.backstage.enter(first.token, 'Vera', 'en'))).toBe('link_invalid')
  expect(await code(h.backstage.enter(token, 'Vera', 'en'))).toBe('ok')
  expect(await h.backstage.hand(h.showId, vera)).toBe('down')
  await raise(other)
  await must(h.backstage.answerHand(h.showId, other, h.by, false))
  expect(await h.backstage.hand(h.showId, other)).toBe('down')
  expect(await code(h.backstage.answerHand(h.showId, other, h.by, true))).toBe('guest_unknown')
})

test('BKS11 acts of staff are recorded before they are done', async () => {
  const h = house()
  const recorded: string[] = []
  const { handlers } = makeBackstageRoutes({
    backstage: h.backstage,
    originFor: () => ({ origin: 'https://shop.example', isSecure: true }),
    audit: { record: async ({ act }) => void recorded.push(act) },
  })
  const who = { personId: h.by, roles: ['producer'] } as unknown as Who
  const call = (route: string, params: object = {}, body: unknown = {}) => handlers[route]!({
    params: { showId: h.showId, ...params }, body, who, headers: { host: 'shop.example' },
  })
  const made = await call('POST /api/shows/:showId/stage/invitations')
  expect(made).toMatchObject({ ok: true, value: { isSecure: true } })
  const { url, guestId } = (made as { value: { url: string; guestId: string } }).value
  expect(url).toMatch(/^https:\/\/shop\.example\/stage#[\w-]{32}$/)
  await must(h.backstage.enter(url.split('#')[1]!, 'Ana', 'en'))
  const guest = '/api/shows/:showId/stage/guests/:guestId'
  await call(`POST ${guest}/admit`, { guestId })
  await call(`POST ${guest}/mute`, { guestId }, { muted: true })
  await call('PUT /api/shows/:showId/stage/layout', {}, { layout: 'grid', spotlight: 'host' })
  await call('POST /api/shows/:showId/stage/picture', {}, { isNew: false })
  await call('POST /api/shows/:showId/stage/picture', {}, { isNew: true })
  await call(`POST ${guest}/remove`, { guestId })
  await call('POST /api/shows/:showId/stage/hands/:personId',
    { personId: h.ids.make('per') }, { accept: false })
  expect(recorded).toEqual(['stage.invite', 'stage.admit', 'stage.mute', 'stage.layout',
    'stage.picture_read', 'stage.picture_new', 'stage.remove', 'stage.hand'])
})
