import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '#kernel'
import type { SoundTurner, SoundTurners } from '../contract.ts'
import {
  decodeAac, decodeOpus, encodeAac, encodeOpus, findClicks, makePcm, measureHz, type Packet,
} from './sound.ts'

const CLICK_MS = [500, 1_500, 2_500, 3_500]
const SECONDS = 4
const START_MS = 1_700_000_000_123

const clicks = () => makePcm(SECONDS, (at) => {
  const isClick = CLICK_MS.some((ms) => at * 1_000 >= ms && at * 1_000 < ms + 5)
  return isClick ? Math.sin(2 * Math.PI * 2_000 * at) * 0.9 : 0
})
const tone = () => makePcm(SECONDS, (at) => 0.5 * Math.sin(2 * Math.PI * 440 * at))

export interface Turned {
  readonly out: readonly Packet[]
  /** From the packet that held a frame's first sample to the frame, milliseconds. */
  readonly delays: readonly number[]
}

/** Pushes packets at their times, `speed` times as fast; waits until nothing more comes. */
export async function turn(
  packets: readonly Packet[], make: (tell: (data: Uint8Array, atMs: number) => void) => SoundTurner,
  speed = 1,
): Promise<Turned> {
  const out: Packet[] = []
  const delays: number[] = []
  const pushed: { atMs: number; steadyMs: number }[] = []
  const turner = make((data, atMs) => {
    out.push({ data: Buffer.from(data), atMs })
    const source = pushed.findLast((packet) => packet.atMs <= atMs + 1)
    if (source) delays.push(systemClock.steadyMs() - source.steadyMs)
  })
  const startMs = systemClock.steadyMs()
  for (const packet of packets) {
    const dueMs = startMs + (packet.atMs - packets[0]!.atMs) / speed
    if (dueMs > systemClock.steadyMs()) await systemClock.sleep(dueMs - systemClock.steadyMs())
    pushed.push({ atMs: packet.atMs, steadyMs: systemClock.steadyMs() })
    turner.push(packet.data, packet.atMs)
  }
  for (let count = -1; count < out.length;) {
    count = out.length
    await systemClock.sleep(300)
  }
  turner.close()
  return { out, delays }
}

const later = (packets: readonly Packet[]): Packet[] =>
  packets.map(({ data, atMs }) => ({ data, atMs: atMs + START_MS }))

/** Where clicks are heard: each in the frame it fell into, at that frame's own time. */
function clickTimes(out: readonly Packet[], pcm: Buffer, frameMs: number): number[] {
  return findClicks(pcm).map((ms) => {
    const frame = Math.min(out.length - 1, Math.floor(ms / frameMs))
    return out[frame]!.atMs - START_MS + (ms - frame * frameMs)
  })
}

function expectClicks(found: readonly number[], wanted: readonly number[]): void {
  expect(found.length).toBe(wanted.length)
  found.forEach((ms, n) => expect(Math.abs(ms - wanted[n]!)).toBeLessThan(15))
}

const p50 = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0
const p95 = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? 0

const AAC_MS = 1_024 / 48
const OPUS_MS = 10
const AAC_RECORD = Uint8Array.of(0x11, 0x90)

/** What every `SoundTurners` has to do. */
export function soundTurnersConformance(name: string, setUp: () => SoundTurners): void {
  describe(`SoundTurners: ${name}`, () => {
    let turners: SoundTurners
    let opusClicks: Packet[]
    let opusTone: Packet[]
    let aacClicks: Packet[]
    let aacTone: Packet[]
    beforeAll(async () => {
      turners = setUp()
      opusClicks = later(await encodeOpus(clicks()))
      opusTone = later(await encodeOpus(tone()))
      aacClicks = later(await encodeAac(clicks()))
      aacTone = later(await encodeAac(tone()))
    })
    afterAll(() => turners.close())

    const toAac = (packets: readonly Packet[], speed?: number, heard: Uint8Array[] = []) =>
      turn(packets, (sound) => turners.toAac({
        config: (record) => void heard.push(Uint8Array.from(record)),
        sound(data, atMs) {
          expect(heard.length).toBeGreaterThan(0)
          sound(data, atMs)
        },
      }), speed)
    const toOpus = (packets: readonly Packet[], speed?: number) =>
      turn(packets, (sound) => turners.toOpus(AAC_RECORD, { sound }), speed)

    test('Opus becomes AAC: length, places and pitch are kept, soon', async () => {
      const heard: Uint8Array[] = []
      const turned = await toAac(opusClicks, 1, heard)
      // Object type 2, 48 kHz, two channels.
      expect([...heard[0]!.subarray(0, 2)]).toEqual([0x11, 0x90])
      expectClicks(clickTimes(turned.out, await decodeAac(turned.out), AAC_MS), CLICK_MS)
      const last = turned.out.at(-1)!.atMs + AAC_MS
      expect(last - START_MS).toBeGreaterThan(SECONDS * 1_000 - 90)
      turned.out.slice(1).forEach(({ atMs }, n) => (
        expect(atMs - turned.out[n]!.atMs).toBeCloseTo(AAC_MS, 3)
      ))
      const pitch = await toAac(opusTone, 4)
      expect(measureHz(await decodeAac(pitch.out), 200, 3_500)).toBeCloseTo(440, 0)
      console.info(`${name} toAac: delay p50 ${p50(turned.delays).toFixed(0)} ms, `
        + `p95 ${p95(turned.delays).toFixed(0)} ms`)
      expect(p50(turned.delays)).toBeLessThan(80)
    })

    test('AAC becomes Opus: length, places and pitch are kept, soon', async () => {
      const turned = await toOpus(aacClicks)
      expectClicks(clickTimes(turned.out, await decodeOpus(turned.out), OPUS_MS), CLICK_MS)
      const last = turned.out.at(-1)!.atMs + OPUS_MS
      expect(last - START_MS).toBeGreaterThan(SECONDS * 1_000 - 90)
      turned.out.slice(1).forEach(({ atMs }, n) => (
        expect(atMs - turned.out[n]!.atMs).toBeCloseTo(OPUS_MS, 3)
      ))
      const pitch = await toOpus(aacTone, 4)
      expect(measureHz(await decodeOpus(pitch.out), 200, 3_500)).toBeCloseTo(440, 0)
      console.info(`${name} toOpus: delay p50 ${p50(turned.delays).toFixed(0)} ms, `
        + `p95 ${p95(turned.delays).toFixed(0)} ms`)
      expect(p50(turned.delays)).toBeLessThan(80)
    })

    test('holes are silence, doubles are heard once, and later sound stays in place', async () => {
      const holed = (packets: readonly Packet[]) => packets.flatMap((packet, n) => {
        const ms = packet.atMs - START_MS
        if (ms > 800 && ms < 1_100) return []
        return n % 10 === 0 ? [packet, packet] : [packet]
      })
      const aac = await toAac(holed(opusClicks), 4)
      expectClicks(clickTimes(aac.out, await decodeAac(aac.out), AAC_MS), CLICK_MS)
      aac.out.slice(1).forEach(({ atMs }, n) => (
        expect(atMs - aac.out[n]!.atMs).toBeLessThan(AAC_MS + 20)
      ))
      const opus = await toOpus(holed(aacClicks), 4)
      expectClicks(clickTimes(opus.out, await decodeOpus(opus.out), OPUS_MS), CLICK_MS)
      opus.out.slice(1).forEach(({ atMs }, n) => (
        expect(atMs - opus.out[n]!.atMs).toBeLessThan(OPUS_MS + 20)
      ))
    })

    test.each([0.99, 1.01])('a clock %d times as fast is followed within 45 ms', async (rate) => {
      const drifted = (packets: readonly Packet[]) => packets.map(({ data, atMs }) => (
        { data, atMs: START_MS + (atMs - START_MS) * rate }
      ))
      const wanted = CLICK_MS.map((ms) => ms * rate)
      const near = (found: readonly number[]) => {
        expect(found.length).toBe(wanted.length)
        found.forEach((ms, n) => expect(Math.abs(ms - wanted[n]!)).toBeLessThan(45))
      }
      const aac = await toAac(drifted(opusClicks), 4)
      near(clickTimes(aac.out, await decodeAac(aac.out), AAC_MS))
      const opus = await toOpus(drifted(aacClicks), 4)
      near(clickTimes(opus.out, await decodeOpus(opus.out), OPUS_MS))
    })

    test('garbage is left out and what follows is in place', async () => {
      const spoiled = (packets: readonly Packet[]) => packets.map((packet, n) => {
        const ms = packet.atMs - START_MS
        if (ms < 700 || ms > 1_300 || n % 2 === 0) return packet
        const data = Buffer.from(packet.data.map((byte, at) => (byte * 31 + at * n) & 0xff))
        return { ...packet, data: n % 3 === 0 ? Buffer.alloc(0) : data }
      })
      const good = (times: readonly number[]) => times.filter((ms) => ms < 690 || ms > 1_400)
      const aac = await toAac(spoiled(opusClicks), 4)
      expectClicks(good(clickTimes(aac.out, await decodeAac(aac.out), AAC_MS)), CLICK_MS)
      const opus = await toOpus(spoiled(aacClicks), 4)
      expectClicks(good(clickTimes(opus.out, await decodeOpus(opus.out), OPUS_MS)), CLICK_MS)
    })
  })
}
