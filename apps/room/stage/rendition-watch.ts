import type Hls from 'hls.js/light'
import { readLiveEdge } from './live-edge.ts'
import { isSound } from './saving.ts'

type LevelDetails = Hls['levels'][number]['details']

const LOOK_MS = 200
/** A rendition gets a part every fifth of a second: silent for this long, the source is asked. */
const SILENT_MS = 600
/** The first playlist of one may take a slow line longer. */
const FIRST_MS = 2_000
const BEHIND_MS = 800
/** What is known of one when a player turns to it may be old. */
const LATE_LIST_MS = 1_000
/** So much said to be missing at the end of its playlist needs no question. */
const GAP_SECONDS = 0.35
/** Nothing is changed while there is this much in hand: it may come again. */
const ENOUGH_SECONDS = 0.9
const PROBE_MS = 1_500
const WELL_EVERY_MS = 4_000
const WELL_MS = 600

const SOURCE = /\/live\.m3u8(\?|$)/

async function fetchText(url: string): Promise<string> {
  const response = await fetch(url, { cache: 'no-store', signal: AbortSignal.timeout(PROBE_MS) })
  return response.ok ? response.text() : ''
}

/** The end of the last part that is there, by the dates of the stream. */
function edgeOf(details: LevelDetails): number | undefined {
  const part = details?.partList?.findLast((one) => !one.gap)
  const startMs = part?.fragment.programDateTime
  return part && startMs != null ? startMs + (part.fragOffset + part.duration) * 1_000 : undefined
}

/** How much is missing behind that. */
function gapOf(details: LevelDetails): number {
  const parts = details?.partList ?? []
  const last = parts.findLastIndex((one) => !one.gap)
  return parts.slice(last + 1).reduce((sum, { duration }) => sum + duration, 0)
}

/** How far the rendition has come that the player is turned to. */
function makeProgress() {
  let watched = -1
  let edgeMs = 0
  let movedAtMs = 0
  let turnedAtMs = 0
  return {
    get edgeMs() { return edgeMs },
    forget(): void { watched = -1 },
    look(level: number, details: LevelDetails, nowMs: number): void {
      const now = edgeOf(details)
      if (watched === level && (now === undefined || now <= edgeMs)) return
      if (watched !== level) {
        edgeMs = 0
        turnedAtMs = nowMs
      }
      watched = level
      movedAtMs = nowMs
      edgeMs = now ?? edgeMs
    },
    isKnown: (nowMs: number): boolean => nowMs - turnedAtMs > LATE_LIST_MS,
    isSilent: (nowMs: number): boolean =>
      nowMs - movedAtMs > (edgeMs === 0 ? FIRST_MS : SILENT_MS),
  }
}

export interface RenditionNews {
  isSick(level: number): boolean
  /** This rendition stands, and the source goes on. */
  onSick(level: number): void
  onWell(level: number): void
}

/** A rendition has an encoder of its own, which may stop while the show goes on. From one playlist
 *  that looks like a line that is dead: so the source's playlist is asked for, which is small, and
 *  tells one from the other. */
export function watchRendition(hls: Hls, news: RenditionNews): () => void {
  const progress = makeProgress()
  let wellAtMs = 0
  let isAsking = false
  let isOver = false
  const source = () => hls.levels.find(({ url }) => SOURCE.test(url[0] ?? ''))
  const urlOf = (level: number): string | undefined => hls.levels[level]?.url[0]

  /** `what` runs alone, and what it finds out too late is nobody's business. */
  const ask = (what: () => Promise<() => void>): void => {
    isAsking = true
    what().then((tell) => { if (!isOver) tell() }, () => {}).finally(() => { isAsking = false })
  }

  const askWhetherSick = (level: number): void => ask(async () => {
    const mineMs = progress.edgeMs
    const atMs = readLiveEdge(await fetchText(source()!.url[0]!))
    return () => {
      const isStill = progress.edgeMs === mineMs
      if (isStill && atMs !== undefined && atMs - mineMs > BEHIND_MS) news.onSick(level)
    }
  })

  const askWhetherWell = (level: number): void => ask(async () => {
    const [mine, its] = await Promise.all([urlOf(level)!, source()!.url[0]!].map(fetchText))
    const [edge, top] = [readLiveEdge(mine!), readLiveEdge(its!)]
    const isWhole = !mine!.includes('GAP')
    return () => {
      const isNear = edge !== undefined && top !== undefined && top - edge < WELL_MS
      if (isNear && isWhole) news.onWell(level)
    }
  })

  const timer = window.setInterval(() => {
    const nowMs = performance.now()
    const level = hls.loadLevel
    const at = hls.levels[level]
    if (document.hidden || isAsking || !at || !source()) return
    const ill = hls.levels.findIndex((_, one) => news.isSick(one))
    if (ill >= 0 && nowMs - wellAtMs > WELL_EVERY_MS) {
      wellAtMs = nowMs
      return askWhetherWell(ill)
    }
    if (at === source() || isSound(at) || news.isSick(level)) {
      progress.forget()
      return
    }
    progress.look(level, at.details, nowMs)
    if (progress.isKnown(nowMs) && gapOf(at.details) > GAP_SECONDS) return news.onSick(level)
    const ahead = hls.mainForwardBufferInfo?.len ?? 0
    if (progress.isSilent(nowMs) && ahead < ENOUGH_SECONDS) askWhetherSick(level)
  }, LOOK_MS)
  return () => {
    isOver = true
    clearInterval(timer)
  }
}
