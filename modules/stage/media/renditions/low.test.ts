import { expect, test } from 'vitest'
import { makeManualClock, silentLog } from '#kernel'
import type { PictureTurners, StateView } from '../contract.ts'
import { makeLiveWindow } from '../live/window.ts'
import type { Sample } from '#formats/fragment'
import { makeRenditions } from './index.ts'
import { stillFor } from './still.ts'

const PART = 18_000
const { config } = stillFor({ width: 854, height: 480 })
const video = { ...config, width: 854, height: 480 }
const state = { state: 'receiving', video: { ...video, fps: 5 } } as unknown as StateView

/** A source of one picture a part and ten parts a segment, and an encoder that can be stopped. */
function start() {
  const clock = makeManualClock()
  const encoder = { isStopped: false, started: 0 }
  const pictures: PictureTurners = {
    toSmall(_shape, tell) {
      encoder.started++
      return {
        push: (picture) => queueMicrotask(() => {
          if (encoder.isStopped) return
          if (picture.isKey) tell.config(config.record)
          tell.picture(picture)
        }),
        finish: () => tell.gone(), close() {},
      }
    },
    close() {},
  }
  const made = makeRenditions({ clock, log: silentLog, pictures, discontinuitySequence: 0 })
  const source = makeLiveWindow({ clock }, {
    segments: [], nextMsn: 0, discontinuitySequence: 0, partTargetTicks: PART, isEnded: false,
  })
  made.setWanted(['360p'])
  made.setPartTarget(PART)
  const tracks = { video }
  let parts = 0
  const part = async () => {
    const [msn, ticks] = [Math.floor(parts / 10), parts * PART]
    if (parts % 10 === 0) {
      const segment = { msn, isDiscontinuity: false, wallMs: clock.nowMs(), ticks }
      source.open({ ...segment, initId: 0 })
      made.open(segment, tracks, 5)
    }
    const frame: Sample = {
      time: ticks, duration: PART, composition: 0, isKey: parts % 10 === 0, data: Buffer.alloc(9),
    }
    source.part({ bytes: Buffer.alloc(9), ticks: PART, isIndependent: frame.isKey })
    made.part(PART, { frames: [frame], sounds: [] })
    if (++parts % 10 === 0) {
      source.close()
      made.close()
    }
    await clock.advance(200)
  }
  const isOffered = () => made.master(source, state)!.includes('low.m3u8')
  /** Goes on for so long; how often it was offered. */
  const go = async (seconds: number): Promise<number> => {
    let offered = 0
    for (let n = 0; n < seconds * 5; n++) {
      await part()
      if (parts > 10 && isOffered()) offered++
    }
    return offered
  }
  return { encoder, made, go, isOffered }
}

test('MED16 a small picture that falls behind is not offered, and is again once it keeps up',
  async () => {
    const { encoder, made, go, isOffered } = start()
    await go(4)
    expect([isOffered(), made.isSmallOff]).toEqual([true, false])
    encoder.isStopped = true
    await go(3)
    expect([isOffered(), made.isSmallOff]).toEqual([false, true])
    // An encoder that only starts has shown nothing yet.
    expect(await go(20)).toBe(0)
    expect(encoder.started).toBeGreaterThan(1)
    expect(made.isSmallOff).toBe(true)
    encoder.isStopped = false
    await go(60)
    expect([isOffered(), made.isSmallOff]).toEqual([true, false])
    // Nobody is told that something is off which is not wanted any more.
    encoder.isStopped = true
    await go(3)
    made.setWanted([])
    expect([isOffered(), made.isSmallOff]).toEqual([false, false])
  })
