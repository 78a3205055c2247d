import { describe, expect, test } from 'vitest'
import { makeAskerReader, makeClients, noProxies } from '#adapters/clients-forwarded'
import {
  makeIds, makeManualClock, systemRandom, type PersonId, type ShowId,
} from '#kernel'
import type { Role, Who } from '#people/accounts/contract'
import { MOVED_HEADER } from '#stage/media/contract'
import { makeSeats, seatLimits } from './book.ts'
import { makeSeatHeader } from './header.ts'

const key = 'k'.repeat(32)
const read = makeAskerReader(key)

type Asked = Parameters<typeof makeSeatHeader>[0] extends { whoOf(request: infer R): unknown }
  ? R & { readonly who: Who } : never

function begin() {
  const clock = makeManualClock()
  const ids = makeIds({ clock, random: systemRandom })
  const seats = makeSeats({ clock })
  const told: unknown[] = []
  const show = ids.make('sho') as ShowId
  const { headersFor, onAnswer } = makeSeatHeader<Asked>({
    env: { SILKCAST_INTERNAL_KEY: key }, clock, seats,
    clients: makeClients({ proxies: noProxies }), networkOf: (address) => address,
    gateway: { tellPerson: (personId, event) => void told.push([personId, event]) },
    whoOf: async ({ who }) => who,
    otherwise: () => ({ plain: 'yes' }),
  })
  const person = (...roles: Role[]): Who => ({
    personId: ids.make('per') as PersonId, sessionId: null, roles, displayName: 'A', isDemo: false,
  })
  const ask = async (who: Who, path = `/media/${show}/whep`, method = 'POST') => {
    const raw = { headers: {}, socket: { remoteAddress: '1.1.1.1' } } as never
    return headersFor({ who, method, headers: {}, raw }, path)
  }
  const seatOf = async (who: Who, path?: string) => read(await ask(who, path))?.seat
  return { clock, ids, seats, show, told, person, ask, seatOf, onAnswer }
}

describe('what the media process hears of a viewer', () => {
  test('a seat at this show, and no other', async () => {
    const { seats, show, ids, person, seatOf, clock } = begin()
    const ada = person()
    expect(await seatOf(ada)).toBeUndefined()
    seats.need(show, ada.personId!, true)
    const untilMs = clock.nowMs() + seatLimits.seatMs
    expect(await seatOf(ada)).toEqual({ showId: show, need: 'seat', untilMs })
    expect(await seatOf(ada, `/media/${ids.make('sho')}/whep`)).toBeUndefined()
    expect(await seatOf(ada, `/media/${show}/rtc/${'s'.repeat(24)}`)).toMatchObject({ untilMs })
  })

  test('a wish when the page says so, a few times; staff always have a seat', async () => {
    const { show, person, seatOf } = begin()
    const [ada, host] = [person(), person('host')]
    const path = `/media/${show}/whep?now`
    const needs: (string | undefined)[] = []
    for (let n = 0; n < 4; n++) needs.push((await seatOf(ada, path))?.need)
    expect(needs).toEqual(['wish', 'wish', 'wish', undefined])
    expect((await seatOf(host))?.need).toBe('seat')
  })

  test('nothing of all that for strangers, other methods and other paths', async () => {
    const { show, person, ask } = begin()
    const nobody = { ...person(), personId: null }
    const plain = { plain: 'yes' }
    expect(await ask(nobody)).toEqual(plain)
    expect(await ask(person(), `/media/${show}/whep`, 'GET')).toEqual(plain)
    for (const path of [`/media/${show}/live.m3u8`, '/media/whip', '/media/sho_x/whep',
      `/media/${show}/whepp`, `/media/${show}/whep/x`]) {
      expect(await ask(person(), path)).toEqual(plain)
    }
  })

  test('whoever makes room is told, by the name that was given; odd answers tell nobody',
    async () => {
      const { told, person, ask, onAnswer } = begin()
      const ada = person()
      const name = read(await ask(ada))!.viewer
      const session = 's'.repeat(24)
      for (const odd of [
        '', ',', name, `${name} x`, `unknown-name-1 ${session}`, 'a '.repeat(999),
      ]) {
        onAnswer({ [MOVED_HEADER]: odd })
      }
      onAnswer({})
      expect(told).toEqual([])
      onAnswer({ [MOVED_HEADER]: `unknown-name-1 ${session},${name} ${session}` })
      expect(told).toEqual([[ada.personId, { k: 'moved', session }]])
    })
})
