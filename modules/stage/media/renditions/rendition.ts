import type { Clock } from '#kernel'
import { makeLiveWindow, type LiveWindow, type Part } from '../live/window.ts'
import type { AssetNames } from '../model/playlist.ts'

/** A segment of the show, as the source opened it. */
export interface SourceSegment {
  readonly msn: number
  readonly isDiscontinuity: boolean
  readonly wallMs: number
  readonly ticks: number
}

/** Another form of the show: same numbers, same cuts, same dates as the source. */
export interface Rendition {
  readonly window: LiveWindow
  init(id: number): Buffer | undefined
}

export interface RenditionWriter extends Rendition {
  /** Listed once it has a part: until the first one there is nothing to list. */
  open(segment: SourceSegment): void
  /** Without an init there is nothing to play: the part is a gap. */
  part(part: Part, init: Buffer | undefined): void
  close(): void
}

/** What a window of segments can refer to, and some more. */
const INITS_MAX = 32
const NOTHING = Buffer.alloc(0)

export function makeRendition(deps: {
  clock: Clock
  names: AssetNames
  /** Breaks of the show before anything of this rendition. */
  discontinuitySequence: number
}): RenditionWriter {
  const window = makeLiveWindow(deps, {
    segments: [], nextMsn: 0, discontinuitySequence: deps.discontinuitySequence,
    partTargetTicks: undefined, isEnded: false,
  })
  const inits = new Map<number, Buffer>()
  let initId = 0
  let opening: SourceSegment | undefined
  let isSkipped = false

  /** Named by the first segment that needs it: such a name is never given twice. */
  const useInit = (bytes: Buffer, msn: number): void => {
    if (inits.get(initId)?.equals(bytes)) return
    initId = msn
    inits.set(msn, bytes)
    if (inits.size > INITS_MAX) inits.delete(inits.keys().next().value!)
  }

  return {
    window,
    init: (id) => inits.get(id),
    open(segment) {
      opening = segment
      isSkipped = false
    },
    part(part, init) {
      if (opening) {
        const segment = opening
        opening = undefined
        isSkipped = !init && window.segments.length === 0
        if (isSkipped) window.skip(segment)
        else {
          if (init) useInit(init, segment.msn)
          window.open({ ...segment, initId })
        }
      }
      if (isSkipped) return
      if (init) window.part(part)
      else window.part({ ticks: part.ticks, bytes: NOTHING, isIndependent: false, isGap: true })
    },
    close() {
      opening = undefined
      if (!isSkipped) window.close()
    },
  }
}
