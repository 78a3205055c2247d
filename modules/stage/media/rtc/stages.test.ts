import { describe, expect, test } from 'vitest'
import {
  makeIds, makeManualClock, ok, refuse, silentLog, systemRandom, type ShowId,
} from '#kernel'
import { CHROMIUM_SENDS, CHROMIUM_WATCHES } from '#formats/testing/offers'
import { parseRtp, writeRtp } from '#formats/rtp'
import type { KeyHolder, StageGuest } from '#stage/backstage/contract'
import type { PeerTrack } from '../contract.ts'
import { makeShowId, noTurners } from '../testing.ts'
import { makeRtcSessions } from './sessions.ts'
import { HOST_LINE } from './stages.ts'

interface FakePeer {
  readonly tracks: readonly PeerTrack[]
  readonly got: { kind: 'video' | 'audio'; sequence: number }[]
  isClosed: boolean
  tell: { packet(kind: 'video' | 'audio', packet: Uint8Array): void }
}

const clock = makeManualClock()
const ids = makeIds({ clock, random: systemRandom })

function begin() {
  const keys = new Map<string, KeyHolder>()
  const peers: FakePeer[] = []
  let opened = 0
  const sessions = makeRtcSessions({
    clock, random: systemRandom, log: silentLog, turners: noTurners, udpPort: 0,
    publicAddresses: [], viewersMax: 50, maxKbps: 2_000,
    shows: {
      find: async () => undefined,
      open: async () => { opened++; throw new Error('nothing of this show is recorded here') },
    } as never,
    identify: async (key) => {
      const holder = keys.get(key)
      return holder ? ok(holder) : refuse('stage.show.key_unknown')
    },
    peers: {
      close() {},
      async answer(_offer, tracks, tell) {
        const peer: FakePeer = { tracks, got: [], isClosed: false, tell }
        peers.push(peer)
        queueMicrotask(() => tell.state('connected'))
        return {
          answer: 'v=0\r\n', rttMs: null,
          send(kind, packet) {
            const rtp = parseRtp(Buffer.from(packet))
            if (rtp) peer.got.push({ kind, sequence: rtp.sequence })
            return true
          },
          close() { peer.isClosed = true },
        }
      },
    },
  })
  const pictures: { pictureRound?: number } = {}
  const showId = makeShowId()
  keys.set('stream-key', { showId })
  const addGuest = (key: string, state: Partial<StageGuest> = {}, show: ShowId = showId) => {
    const id = ids.make('gst')
    const guest = { id, isOnStage: false, isMuted: false, revision: 0, ...state }
    keys.set(key, { showId: show, guest })
    return guest
  }
  const publish = (key: string, isHostLine = false) =>
    sessions.publish(key, '::1', CHROMIUM_SENDS, { isHostLine })
  const watch = async (who: string, key?: string) => {
    const answered = await sessions.viewGuest(
      showId, CHROMIUM_WATCHES, {
        who, key, address: '::1', wish: { viewer: 'v one', need: 'none', untilMs: 0 },
      })
    await Promise.resolve()
    return answered.ok ? 'in' : answered.refusal.code
  }
  const list = (revision: number, ...guests: StageGuest[]) => sessions.setStage(showId, {
    ...pictures, revision,
    guests: guests.map(({ id, isOnStage, isMuted }) => ({ id, isOnStage, isMuted })),
  })
  return {
    keys, peers, sessions, showId, pictures, addGuest, publish, watch, list, opened: () => opened,
  }
}

const packet = (n: number): Buffer => writeRtp(
  { marker: true, payloadType: 111, sequence: n & 0xffff, timestamp: n * 960, ssrc: 9 },
  Buffer.from([1, 2, 3]))

describe('the stage', () => {
  test('MED4 viewers see a guest once on stage; staff see who waits', async () => {
    const h = begin()
    const ana = h.addGuest('key-of-ana')
    expect((await h.publish('key-of-ana')).ok).toBe(true)
    expect(await h.watch(ana.id)).toBe('stage.media.no_signal')
    expect(await h.watch(ana.id, 'key-of-ana')).toBe('stage.media.no_signal')
    expect(await h.watch(ana.id, 'stream-key')).toBe('in')
    h.list(1, { ...ana, isOnStage: true })
    expect(await h.watch(ana.id)).toBe('in')
    expect(await h.watch(ids.make('gst'), 'stream-key')).toBe('stage.media.no_signal')
    expect(h.opened()).toBe(0)
  })

  test('MED4 keys open their own line and show only', async () => {
    const h = begin()
    const ana = h.addGuest('key-of-ana', { isOnStage: true })
    h.addGuest('key-elsewhere', { isOnStage: true }, makeShowId())
    await h.publish('key-of-ana')
    expect(await h.publish('key-of-ana', true))
      .toEqual(refuse('stage.show.key_unknown'))
    expect(await h.watch(ana.id, 'key-elsewhere')).toBe('stage.show.key_unknown')
    expect(await h.watch(ana.id, 'key-unknown-0')).toBe('stage.show.key_unknown')
    // The same guest twice: the first one stays.
    expect(await h.publish('key-of-ana')).toEqual(refuse('stage.media.already_publishing'))
    await expect(h.publish('stream-key')).rejects.toThrow('nothing of this show')
    expect((await h.publish('stream-key', true)).ok).toBe(true)
    expect(await h.watch(HOST_LINE)).toBe('in')
  })

  test('MED4 an address of the guests\' picture sees those on stage, sends nothing, and ends',
    async () => {
      const h = begin()
      const ana = h.addGuest('key-of-ana')
      await h.publish('key-of-ana')
      h.keys.set('picture-one', { showId: h.showId, pictureRound: 1 })
      expect(await h.watch(ana.id, 'picture-one')).toBe('stage.media.no_signal')
      expect(h.sessions.senders(h.showId)).toEqual([ana.id])
      h.list(1, { ...ana, isOnStage: true })
      expect(await h.watch(ana.id, 'picture-one')).toBe('in')
      expect(await h.watch(ana.id)).toBe('in')
      for (const isHostLine of [false, true]) {
        expect(await h.publish('picture-one', isHostLine)).toEqual(refuse('stage.show.key_unknown'))
      }
      expect(h.opened()).toBe(0)
      h.pictures.pictureRound = 2
      h.list(2, { ...ana, isOnStage: true })
      // Ana sends on, the old address is gone, and whoever watches without one stays.
      expect(h.peers.map(({ isClosed }) => isClosed)).toEqual([false, true, false])
      // Let in before the change was heard of.
      await h.watch(ana.id, 'picture-one')
      expect(h.peers.at(-1)!.isClosed).toBe(true)
      h.keys.set('picture-two', { showId: h.showId, pictureRound: 2 })
      expect(await h.watch(ana.id, 'picture-two')).toBe('in')
      expect(h.peers.at(-1)!.isClosed).toBe(false)
      expect(h.sessions.staged()).toEqual([h.showId])
      h.sessions.clearStage(h.showId)
      expect([h.sessions.staged(), h.sessions.senders(h.showId)]).toEqual([[], []])
    })

  test('MED4 whoever is sent away is gone at once, also when an old list comes late', async () => {
    const h = begin()
    const ana = h.addGuest('key-of-ana', { isOnStage: true })
    await h.publish('key-of-ana')
    await h.watch(ana.id)
    await h.watch(ana.id, 'stream-key')
    h.list(5)
    expect(h.peers.map(({ isClosed }) => isClosed)).toEqual([true, true, true])
    h.list(4, ana)
    expect(await h.watch(ana.id, 'stream-key')).toBe('stage.media.no_signal')
    expect(await h.publish('key-of-ana')).toEqual(refuse('stage.show.key_unknown'))
  })

  test('MED4 one who leaves the stage is seen by staff only; the end of the show ends all',
    async () => {
      const h = begin()
      const ana = h.addGuest('key-of-ana', { isOnStage: true })
      await h.publish('key-of-ana')
      await h.watch(ana.id)
      await h.watch(ana.id, 'stream-key')
      h.list(1, { ...ana, isOnStage: false })
      expect(h.peers.map(({ isClosed }) => isClosed)).toEqual([false, true, false])
      h.sessions.clearStage(h.showId)
      expect(h.peers.every(({ isClosed }) => isClosed)).toBe(true)
    })

  test('MED4 muted, no sound goes on, and nothing is missing afterwards', async () => {
    const h = begin()
    const ana = h.addGuest('key-of-ana', { isOnStage: true })
    await h.publish('key-of-ana')
    await h.watch(ana.id)
    const [from, to] = h.peers as [FakePeer, FakePeer]
    for (let n = 10; n < 13; n++) from.tell.packet('audio', packet(n))
    h.list(1, { ...ana, isOnStage: true, isMuted: true })
    for (let n = 13; n < 20; n++) from.tell.packet('audio', packet(n))
    expect(to.got.map(({ sequence }) => sequence)).toEqual([1, 2, 3])
    h.list(2, { ...ana, isOnStage: true, isMuted: false })
    from.tell.packet('audio', packet(18))
    for (let n = 20; n < 22; n++) from.tell.packet('audio', packet(n))
    expect(to.got.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5])
  })
})
