import { afterAll, beforeAll, expect, test } from 'vitest'
import { sealAsker } from '#adapters/clients-forwarded'
import { INTERNAL_KEY, startRig, type Rig } from '../testing.ts'

let rig: Rig
beforeAll(async () => { rig = await startRig() }, 60_000)
afterAll(() => rig?.close())

const offer = async (headers: Record<string, string>): Promise<string | undefined> => {
  const answer = await fetch(`${rig.media.httpUrl}/media/whip`, {
    method: 'POST', body: 'v=0', headers: {
      'content-type': 'application/sdp', authorization: 'Bearer nobodys-key-1', ...headers,
    },
  })
  expect(answer.status).toBe(401)
  return rig.desk.addresses.at(-1)
}

test('MED3 the server hears whose address guesses a key; strangers say no other', async () => {
  const asker = { viewer: 'viewer-0001', address: '203.0.113.9' }
  expect(await offer(sealAsker(INTERNAL_KEY, asker))).toBe('203.0.113.9')
  for (const forged of [
    sealAsker('another-key-another-key', asker),
    { 'x-silkcast-address': '203.0.113.9' },
    { 'x-silkcast-asker': 'viewer-0001 203.0.113.9' }, { 'x-forwarded-for': '203.0.113.9' },
  ]) expect(await offer(forged)).toBe('127.0.0.1')
})
