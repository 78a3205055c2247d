import { describe, expect, test } from 'vitest'
import { CHROMIUM_SENDS, CHROMIUM_WATCHES } from '#formats/testing/offers'
import { expectNoFindings, findLeaks, note } from './answers.ts'
import type { Ask } from './wire.ts'
import { nobodys, type World } from './world.ts'

const sdp = { 'content-type': 'application/sdp' }
const bearer = (key: string) => ({ ...sdp, authorization: `Bearer ${key}` })
const rubbish = ['', '\0', 'v=0', 'v=0\r\n'.repeat(4_000), `v=0\r\nm=video ${'9'.repeat(5_000)}`,
  '<script>alert(1)</script>', '{"type":"offer"}', CHROMIUM_WATCHES.slice(0, 300),
  CHROMIUM_WATCHES.replaceAll('H264', 'VP8'), CHROMIUM_SENDS.replace(/a=fingerprint.*/g, ''),
  `${CHROMIUM_WATCHES}a=mid:0\r\na=candidate:${'1 '.repeat(2_000)}\r\n`]

/** Offers of WebRTC: whoever may send them sends anything. */
export function offerCases(world: () => World): void {
  const send = async (name: string, ask: Ask, allowed: readonly number[]): Promise<void> => {
    const answer = await world().wire.ask({ method: 'POST', ...ask })
    note(`${name}: ${answer.status}`, !allowed.includes(answer.status))
    note(`${name} leaks ${findLeaks(answer).join()}`, findLeaks(answer).length > 0)
  }

  describe('offers', () => {
    test('of a publisher need a key, a type, a size and a sense', async () => {
      const path = '/media/whip'
      for (const authorization of ['', 'Bearer', 'Bearer ', 'Basic eDp4', 'Bearer ../../x',
        `Bearer ${'k'.repeat(4_000)}`, 'Bearer no-such-key-1', 'bearer no-such-key-1']) {
        const headers = { ...sdp, ...(authorization && { authorization }) }
        await send(`whip as ${authorization.slice(0, 20)}`,
          { path, headers, body: CHROMIUM_SENDS }, [401, 431])
      }
      const key = 'no-such-key-1'
      await send('whip as JSON', {
        path, body: '{}', headers: { ...bearer(key), 'content-type': 'application/json' },
      }, [401, 415])
      await send('a huge offer', { path, headers: bearer(key), body: 'v'.repeat(200_000) },
        [401, 413])
      expectNoFindings()
    })

    test('may be asked about by pages of other sites, without cookies', async () => {
      const answer = await world().wire.ask({
        method: 'OPTIONS', path: '/media/whip',
        headers: { origin: 'https://elsewhere.example', 'access-control-request-method': 'POST' },
      })
      expect(answer.status).toBe(204)
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': '*', 'access-control-allow-methods': 'POST, PATCH, DELETE',
      })
      expect(answer.headers['access-control-allow-credentials']).toBeUndefined()
    })

    test('of a viewer are refused by name when they are none', async () => {
      const path = `/media/${world().showId}/whep`
      for (const body of rubbish) {
        await send(`whep with ${body.slice(0, 12)}`, { path, headers: sdp, body },
          [400, 404, 409, 413, 415])
      }
      await send('of a show that is none',
        { path: `/media/${nobodys('sho')}/whep`, headers: sdp, body: CHROMIUM_WATCHES }, [404])
      await send('without a type', { path, body: CHROMIUM_WATCHES }, [415])
      expectNoFindings()
    })

    test('by the address of the guests\' picture watch a line of its own show, and nothing more',
      async () => {
        const { wire, staff, scratchShowId, showId } = world()
        const json = { 'content-type': 'application/json' }
        const post = (path: string, body: unknown, session?: string) => wire.ask({
          method: 'POST', path, session, headers: json, body: JSON.stringify(body),
        })
        const address = async (isNew: boolean): Promise<string> => (JSON.parse((await post(
          `/api/shows/${scratchShowId}/stage/picture`, { isNew }, staff.merchant)).text) as
          { key: string }).key
        const key = await address(false)
        const seen = await post('/api/stage/picture', { key })
        expect(JSON.parse(seen.text)).toMatchObject({ showId: scratchShowId, people: [] })
        for (const path of ['/media/whip', '/media/whip?guest=host', '/media/whip?backup']) {
          await send(path, { path, headers: bearer(key), body: CHROMIUM_SENDS }, [401])
        }
        const someone = nobodys('gst')
        for (const [path, statuses] of [
          // Another show's line, its own show's picture before it is live, nobody's line.
          [`/media/${showId}/whep?guest=${someone}`, [401]],
          [`/media/${scratchShowId}/whep`, [404]], [`/media/${scratchShowId}/whep?x&guest=`, [404]],
          [`/media/${scratchShowId}/whep?guest=${someone}`, [404]],
          [`/media/${scratchShowId}/whep?guest=host`, [404]],
        ] as const) {
          await send(path, { path, headers: bearer(key), body: CHROMIUM_WATCHES }, statuses)
        }
        for (const act of ['me', 'speak', 'leave']) {
          expect((await post(`/api/stage/${act}`, { key })).code)
            .toBe('stage.backstage.key_unknown')
        }
        expect((await post('/api/stage/look', { token: key })).code)
          .toBe('stage.backstage.link_invalid')
        expect((await wire.ask({ path: '/api/me', session: key })).text).not.toContain('roles":["')
        await address(true)
        expect((await post('/api/stage/picture', { key })).code)
          .toBe('stage.backstage.picture_unknown')
        expectNoFindings()
      })

    test('sessions of others cannot be guessed, walked to or changed', async () => {
      const { showId } = world()
      for (const id of ['x', 'A'.repeat(24), '../stop', '%2e%2e', 'A'.repeat(25), '']) {
        for (const method of ['DELETE', 'PATCH', 'GET', 'POST']) {
          await send(`${method} session ${id.slice(0, 8)}`,
            { method, path: `/media/${showId}/rtc/${id}`, headers: sdp }, [400, 404, 405, 422])
        }
      }
      const health = await world().wire.ask({ path: '/media/health' })
      expect(JSON.parse(health.text)).toMatchObject({ ok: true, rtcViewers: 0 })
      expectNoFindings()
    })
  })
}
