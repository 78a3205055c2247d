import { describe, expect, test } from 'vitest'
import type { Show } from '#stage/show/contract'
import type { Offer } from '#trade/offers/contract'
import type { Product } from '#trade/catalog/contract'
import { available, findAlerts, streamAlerts, type AlertInput } from './alerts.ts'

const video = {
  width: 1280, height: 720, fps: 30, kbps: 3000, keyframeSeconds: 1, hasBFrames: false,
}
const stage = {
  id: 'sho', state: 'live', signal: 'receiving', video, problem: null, pinnedProductId: 'a',
} as unknown as Show
const product = (id: string, variants: string[]) => ({
  id, title: id, variants: variants.map((one) => ({ id: one, title: one })),
}) as unknown as Product
const offer = { id: 'off', state: 'open', units: 40, left: 20 } as unknown as Offer
const calm: AlertInput = {
  stage, offer, storage: { level: 'ok', hoursLeft: 90 },
  products: [product('a', ['a1']), product('b', ['b1', 'b2'])],
  levels: { a1: { onHand: 30, held: 1 }, b1: { onHand: 30, held: 0 }, b2: { onHand: 30, held: 0 } },
}
const kinds = (input: AlertInput) => findAlerts(input).map((alert) => alert.kind)

describe('room for recordings', () => {
  test('is told while it gets short, urgently when it is nearly gone', () => {
    expect(kinds({ ...calm, storage: { level: 'low', hoursLeft: 9 } })).toEqual(['storage_low'])
    const critical = { ...calm, storage: { level: 'critical', hoursLeft: 0.5 } } as const
    expect(findAlerts(critical)[0])
      .toMatchObject({ kind: 'storage_critical', isBad: true, values: { hours: 0.5 } })
    expect(findAlerts({ ...critical, stage: { ...stage, state: 'ended' } })).toEqual([])
    expect(findAlerts({ ...calm, storage: null })).toEqual([])
  })
})

describe('alerts of the stream', () => {
  test('none when all is well, none after the show', () => {
    expect(findAlerts(calm)).toEqual([])
    expect(streamAlerts({ ...stage, state: 'ended', signal: 'lost' })).toEqual([])
  })
  test('a lost signal and a problem are bad and lead to the setup', () => {
    const found = streamAlerts({
      ...stage, signal: 'lost', video: null, problem: 'stage.media.codec_not_supported',
    })
    expect(found.map((alert) => [alert.kind, alert.isBad, alert.act])).toEqual([
      ['problem', true, 'setup'], ['signal_lost', true, 'setup'],
    ])
  })
  test('before the show a missing picture is told, and after a start of it no more', () => {
    const planned = { ...stage, state: 'scheduled' as const, signal: 'none' as const, video: null }
    expect(streamAlerts(planned).map((alert) => [alert.kind, alert.act]))
      .toEqual([['no_signal', 'setup']])
    expect(streamAlerts({ ...planned, signal: 'receiving', video })).toEqual([])
  })
  test('keyframes more than two seconds apart, B-frames and a low bitrate are told', () => {
    const poor = { ...video, keyframeSeconds: 2.04, hasBFrames: true, kbps: 300 }
    expect(streamAlerts({ ...stage, video: poor }).map((alert) => alert.kind))
      .toEqual(['keyframes', 'bframes', 'bitrate_low'])
    expect(streamAlerts({ ...stage, video: { ...video, keyframeSeconds: 2 } })).toEqual([])
  })
})

test('what the figures say comes up as an alert, the encoder\'s cause with its setup', () => {
  const found = findAlerts({ ...calm, health: [
    { kind: 'stutter_country', about: 'BR', isBad: false, values: { country: 'BR', share: 0.06 } },
    { kind: 'upload_loss', about: '', isBad: true, values: { share: 0.09, kbps: 1750 } },
  ] })
  expect(found.map(({ key, isBad, act }) => [key, isBad, act])).toEqual([
    ['upload_loss ', true, 'setup'], ['stutter_country BR', false, 'health'],
  ])
})

describe('alerts of offer and stock', () => {
  test('an offer is nearly gone at a tenth, but a small offer is not nagged about', () => {
    expect(kinds({ ...calm, offer: { ...offer, left: 5 } })).toEqual([])
    expect(kinds({ ...calm, offer: { ...offer, left: 4 } })).toEqual(['offer_low'])
    expect(kinds({ ...calm, offer: { ...offer, units: 3, left: 1 } })).toEqual([])
    expect(kinds({ ...calm, offer: { ...offer, state: 'closed', left: 1 } })).toEqual([])
  })
  test('held units do not count as available, and less than nothing is nothing', () => {
    expect(available({ onHand: 5, held: 5 })).toBe(0)
    expect(available({ onHand: 1, held: 3 })).toBe(0)
    expect(available(undefined)).toBeNull()
  })
  test('a product whose variants are all gone is one alert, the pinned one bad and first', () => {
    const levels = {
      a1: { onHand: 2, held: 2 }, b1: { onHand: 4, held: 0 }, b2: { onHand: 9, held: 0 },
    }
    const found = findAlerts({ ...calm, levels })
    expect(found.map((alert) => [alert.kind, alert.isBad, alert.act])).toEqual([
      ['sold_out', true, 'pin_next'], ['stock_low', false, null],
    ])
  })
  test('stock that is not known raises nothing', () => {
    expect(kinds({ ...calm, levels: {} })).toEqual([])
  })
  test('the same trouble keeps its key while its numbers move', () => {
    const keyAt = (left: number) => findAlerts({ ...calm, offer: { ...offer, left } })[0]?.key
    expect(keyAt(3)).toBe(keyAt(2))
  })
})
