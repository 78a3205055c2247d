import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { useTestDatabase } from '#adapters/store-postgres/testing'
import {
  makeIds,
  makeManualClock,
  systemRandom,
  type MessageId,
  type PersonId,
  type ShowId,
} from '#kernel'
import type { Who } from '#people/accounts/contract'
import { makeBatch } from './batch.ts'
import { makeChat, makeChatRoutes } from './index.ts'
import { cleanText, maySpeak, readLine } from './model.ts'

const store = useTestDatabase({ only: ['stage_chat'] })

function house(over: { isOpen?: (id: ShowId) => boolean } = {}) {
  const clock = makeManualClock()
  const ids = makeIds({ clock, random: systemRandom })
  const heard: string[] = []
  const state = { asked: 0 }
  const chat = makeChat({
    database: store.database,
    clock,
    ids,
    async isOpen(id) {
      state.asked++
      return over.isOpen?.(id) ?? true
    },
    room: {
      said: (_show, message) => void heard.push(`said ${message.text}`),
      gone: (_show, gone) => void heard.push(`gone ${gone.length}`),
      muted: (_show, _person, muted) => void heard.push(`muted ${muted}`),
    },
  })
  const showId = ids.make('sho')
  const person = () => ids.make('per')
  const say = (personId: PersonId, text: string, show = showId) =>
    chat.say({ showId: show, personId, name: 'Ana', text, isDemo: false, isStaff: false })
  const texts = async (show = showId) =>
    (await chat.latest(show, 50)).map((message) => message.text)
  return { clock, ids, chat, heard, showId, person, say, texts, state }
}

describe('lines', () => {
  test('CHT1 nothing stays that hides or turns text, and cleaning twice changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (typed) => {
        const clean = cleanText(typed)
        expect(clean).not.toMatch(
          /[\p{Cc}\u202a-\u202e\u2066-\u2069\u200b\ufeff]|^ | $| {2}|\p{M}{5}/u,
        )
        expect(clean.isWellFormed() && clean === clean.normalize('NFC')).toBe(true)
        expect(cleanText(clean)).toBe(clean)
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    ['a\u202eb\u2066c\u2069', 'abc'],
    ['one\n\ttwo\r\n  three', 'one two three'],
    [`z${'\u0301'.repeat(50)}algo`, `\u017a${'\u0301'.repeat(4)}algo`],
    ['a\u200b\u200b\ufeffb', 'ab'],
    [`x${'\u200d'.repeat(40)}y`, 'x\u200dy'],
    ['\u{1f468}\u200d\u{1f469}\u200d\u{1f467}', '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}'],
    ['می\u200cخواهم', 'می\u200cخواهم'],
    ['e\u0301', '\u00e9'],
    ['<script>alert(1)</script>', '<script>alert(1)</script>'],
    ['\ud800 lone', '\ufffd lone'],
  ])('CHT1 %j becomes %j', (typed, clean) => expect(cleanText(typed)).toBe(clean))

  test('CHT2 nothing visible is empty, more than 280 characters is too long', () => {
    for (const nothing of ['', '   ', '\n\t', '\u200b\u200d\u3164\u2800', '\u202e', '\u0301']) {
      expect(readLine(nothing)).toEqual({ code: 'stage.chat.empty' })
    }
    expect(readLine('\u{1f600}'.repeat(280))).toHaveProperty('text')
    expect(readLine('a'.repeat(281))).toEqual({ code: 'stage.chat.too_long' })
    expect(readLine(`a${' '.repeat(900)}b`)).toEqual({ text: 'a b' })
    expect(readLine(' '.repeat(5_000_000))).toEqual({ code: 'stage.chat.too_long' })
  })

  test('CHT3 five lines in ten seconds, and how long to wait', async () => {
    const h = house()
    const ana = h.person()
    for (let line = 0; line < 5; line++) {
      expect((await h.say(ana, `line ${line}`)).ok).toBe(true)
      await h.clock.advance(1000)
    }
    expect(await h.say(ana, 'six')).toEqual({
      ok: false,
      refusal: { code: 'stage.chat.too_fast', details: { waitSeconds: 5 } },
    })
    expect((await h.say(h.person(), 'somebody else')).ok).toBe(true)
    await h.clock.advance(5000)
    expect((await h.say(ana, 'six')).ok).toBe(true)
  })

  test('CHT3 in any ten seconds there are at most five, whatever is tried', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4000 }), { maxLength: 60 }), (gaps) => {
        let said: number[] = []
        const spoken: number[] = []
        let now = 0
        for (const gap of gaps) {
          now += gap
          const verdict = maySpeak(said, now)
          if (!('said' in verdict)) continue
          said = verdict.said
          spoken.push(now)
        }
        for (const from of spoken)
          expect(
            spoken.filter((at) => at >= from && at < from + 10_000).length,
          ).toBeLessThanOrEqual(5)
      }),
    )
  })
})

describe('keeping', () => {
  test('CHT4 a line is durable before anybody hears of it, in the order of writing', async () => {
    const h = house()
    const people = Array.from({ length: 40 }, h.person)
    const answers = await Promise.all(people.map((id, at) => h.say(id, `line ${at}`)))
    expect(answers.every((answer) => answer.ok)).toBe(true)
    expect(await h.texts()).toEqual(people.map((_id, at) => `line ${at}`))
    expect(h.heard).toEqual(people.map((_id, at) => `said line ${at}`))
    expect(h.state.asked).toBeGreaterThan(0)
  })

  test('CHT4 what cannot be written is told to nobody', async () => {
    const told: unknown[] = []
    const batch = makeBatch({
      write: async () => {
        throw new Error('database is gone')
      },
      written: (lines) => void told.push(lines),
    })
    await expect(batch.add({} as never)).rejects.toThrow('database is gone')
    expect(told).toEqual([])
  })

  test('CHT5 a mute silences, takes lines away, and an unmute brings nothing back', async () => {
    const h = house()
    const [ana, bo] = [h.person(), h.person()]
    await h.say(ana, 'one')
    await h.say(bo, 'two')
    const gone = await h.chat.setMuted(h.showId, ana, true)
    expect([gone.length, await h.texts(), await h.chat.isMuted(h.showId, ana)]).toEqual([
      1,
      ['two'],
      true,
    ])
    expect(await h.say(ana, 'three')).toEqual({ ok: false, refusal: { code: 'stage.chat.muted' } })
    const elsewhere = h.ids.make('sho')
    expect((await h.say(ana, 'elsewhere', elsewhere)).ok).toBe(true)
    expect(await h.chat.setMuted(h.showId, ana, false)).toEqual([])
    expect((await h.say(ana, 'four')).ok).toBe(true)
    expect(await h.texts()).toEqual(['two', 'four'])
    expect(h.heard.filter((line) => !line.startsWith('said'))).toEqual([
      'gone 1',
      'muted true',
      'muted false',
    ])
  })

  test('CHT5 a line that races a mute is refused or taken away, never left', async () => {
    const h = house()
    for (let round = 0; round < 5; round++) {
      const ana = h.person()
      const [said] = await Promise.all([
        h.say(ana, `race ${round}`),
        h.chat.setMuted(h.showId, ana, true),
      ])
      expect(said.ok || said.refusal.code === 'stage.chat.muted').toBe(true)
    }
    expect(await h.texts()).toEqual([])
  })

  test('CHT5 nothing is written while a mute is being done', async () => {
    const steps: string[] = []
    let release = () => {}
    const batch = makeBatch({
      write: async (lines) => {
        steps.push('write')
        return new Set(lines.map((line) => line.id))
      },
      written: () => {},
    })
    const muting = batch.between(
      () =>
        new Promise<void>((done) => {
          release = () => {
            steps.push('muted')
            done()
          }
        }),
    )
    const said = batch.add({ id: 'a' } as never)
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
    expect(steps).toEqual([])
    release()
    await Promise.all([muting, said])
    expect(steps).toEqual(['muted', 'write'])
  })

  test('CHT6 a removed line is in no history, and a line of another show is unknown', async () => {
    const h = house()
    const said = await h.say(h.person(), 'rude')
    const id = (said as { value: { id: string } }).value.id as MessageId
    expect(await h.chat.remove(h.ids.make('sho'), id)).toBe(false)
    expect(await h.chat.remove(h.showId, h.ids.make('msg'))).toBe(false)
    expect([await h.chat.remove(h.showId, id), await h.chat.remove(h.showId, id)]).toEqual([
      true,
      true,
    ])
    expect(await h.texts()).toEqual([])
    const { rows } = await store.database.pool.query(
      'select text from stage_chat.messages where id = $1',
      [id],
    )
    expect(rows).toEqual([{ text: 'rude' }])
  })

  test('CHT7 nothing is said in a show that has ended', async () => {
    const ended = new Set<ShowId>()
    const h = house({ isOpen: (id) => !ended.has(id) })
    expect((await h.say(h.person(), 'hello')).ok).toBe(true)
    ended.add(h.showId)
    await h.clock.advance(1001)
    expect(await h.say(h.person(), 'hello')).toEqual({
      ok: false,
      refusal: { code: 'stage.chat.closed' },
    })
  })

  test('CHT8 what waits to be written is bounded', async () => {
    let release = (_: ReadonlySet<string>) => {}
    const batch = makeBatch({
      write: () =>
        new Promise((done) => {
          release = done
        }),
      written: () => {},
    })
    const first = batch.add({ id: 'a' } as never)!
    await Promise.resolve()
    const rest = Array.from({ length: 6000 }, (_, at) => batch.add({ id: `b${at}` } as never))
    expect(rest.filter((entry) => entry === null).length).toBe(1000)
    await Promise.resolve()
    release(new Set(['a']))
    expect((await first).ok).toBe(true)
  })

  test('CHT9 moderation is recorded before it is done', async () => {
    const h = house()
    const recorded: string[] = []
    const { handlers } = makeChatRoutes({
      chat: h.chat,
      audit: {
        record: async ({ act }) => {
          recorded.push(`${act} after ${h.heard.length}`)
        },
      },
    })
    const who = { personId: h.person(), roles: ['moderator'] } as unknown as Who
    await handlers['PUT /api/shows/:showId/muted/:personId']!({
      params: { showId: h.showId, personId: h.person() },
      body: { muted: true },
      who,
    })
    const unknown = await handlers['DELETE /api/shows/:showId/chat/:messageId']!({
      params: { showId: h.showId, messageId: h.ids.make('msg') },
      who,
    })
    expect(unknown).toEqual({ ok: false, refusal: { code: 'stage.chat.unknown' } })
    expect(recorded).toEqual(['chat.mute after 0', 'chat.remove after 1'])
  })
})

describe('pages', () => {
  test('CHT10 pages have every line once, in its order, within its moments', async () => {
    const h = house()
    const people = Array.from({ length: 6 }, h.person)
    const startMs = h.clock.nowMs()
    for (let n = 0; n < 30; n++) {
      await h.say(people[n % 6]!, `line ${n}`)
      // Several lines share one moment.
      if (n % 3 === 2) await h.clock.advance(2000)
    }
    const [gone] = await h.chat.latest(h.showId, 1)
    await h.chat.remove(h.showId, gone!.id as MessageId)
    const seen: string[] = []
    let after: { atMs: number; id: string } | undefined
    for (;;) {
      const page = await h.chat.page(h.showId, {
        fromMs: startMs, toMs: startMs + 60_000, limit: 4, after,
      })
      if (page.length === 0) break
      expect(page.length).toBeLessThanOrEqual(4)
      seen.push(...page.map(({ text }) => text))
      after = { atMs: page.at(-1)!.atMs, id: page.at(-1)!.id }
    }
    expect(seen).toEqual(Array.from({ length: 29 }, (_, n) => `line ${n}`))
    const few = await h.chat.page(h.showId, {
      fromMs: startMs + 2000, toMs: startMs + 4000, limit: 1_000_000,
    })
    expect(few.map(({ text }) => text)).toEqual([3, 4, 5, 6, 7, 8].map((n) => `line ${n}`))
  })
})
