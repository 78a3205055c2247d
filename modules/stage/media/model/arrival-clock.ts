import type { FlvTag } from '#formats/flv'
import { judgeStep, makeUnwrapper } from './timeline.ts'
import { makeWallClock } from './wall-clock.ts'

/** When the media of an RTMP publisher happened, from the times at which its tags arrive. */
export interface ArrivalClock {
  wallOf(tag: FlvTag, wrappedMs: number, nowMs: number): number
}

export function makeArrivalClock(): ArrivalClock {
  const unwrap = makeUnwrapper()
  const clock = makeWallClock()
  let leadMs: number | undefined
  let hasFrames = false
  return {
    wallOf(tag, wrappedMs, nowMs) {
      if (tag.kind !== 'frame' && tag.kind !== 'sound') return nowMs
      const atMs = unwrap(wrappedMs)
      if (tag.kind === 'frame') hasFrames = true
      if (hasFrames === (tag.kind === 'frame')) {
        if (leadMs !== undefined && judgeStep(leadMs, atMs) === 'jumps') clock.jump()
        leadMs = atMs
        return clock.see(atMs, nowMs)
      }
      return clock.wallOf(atMs) ?? nowMs
    },
  }
}
