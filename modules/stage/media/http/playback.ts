import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ShowId } from '#kernel'
import { MEDIA_LIMITS } from '../contract.ts'
import type { Show } from '../live/show.ts'
import type { Shows } from '../live/shows.ts'
import { hasReached, type LiveSegment } from '../live/window.ts'
import { writeReplayPlaylist } from '../model/playlist.ts'
import type { Archive, KnownCut } from '../recording/archive.ts'
import { initFile, segmentFile } from '../recording/recorder.ts'
import { pollerOf } from './poller.ts'
import { sendBytes, sendFile } from './files.ts'
import { FRESH, makeTextSender, REACHED, sendEmpty, sendJson, TYPES } from './reply.ts'

/** What a viewer may ask for below `/media/<showId>/`. */
export type MediaAsset =
  | { readonly is: 'live' | 'replay' | 'state' }
  | { readonly is: 'init'; readonly id: number }
  | { readonly is: 'part'; readonly msn: number; readonly part: number }
  | { readonly is: 'segment'; readonly msn: number }

/** Numbers are plain decimals without leading zeros, so that every asset has one name. */
const INIT = /^init-(0|[1-9]\d{0,8})\.mp4$/
const PART = /^p(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,3})\.m4s$/
const SEGMENT = /^s(0|[1-9]\d{0,8})\.m4s$/

export function parseAsset(name: string): MediaAsset | undefined {
  if (name === 'live.m3u8') return { is: 'live' }
  if (name === 'replay.m3u8') return { is: 'replay' }
  if (name === 'state.json') return { is: 'state' }
  const [init, part, segment] = [INIT.exec(name), PART.exec(name), SEGMENT.exec(name)]
  if (init) return { is: 'init', id: Number(init[1]) }
  if (part) return { is: 'part', msn: Number(part[1]), part: Number(part[2]) }
  return segment ? { is: 'segment', msn: Number(segment[1]) } : undefined
}

/** The delivery directives of a playlist request, `bad` when they are not numbers. */
export function parseDirectives(
  query: URLSearchParams,
): { msn?: number; part?: number } | 'bad' {
  const msn = query.get('_HLS_msn')
  const part = query.get('_HLS_part')
  if (msn === null) return part === null ? {} : 'bad'
  if (!/^\d{1,9}$/.test(msn) || (part !== null && !/^\d{1,4}$/.test(part))) return 'bad'
  return { msn: Number(msn), ...(part !== null && { part: Number(part) }) }
}

const PART_WAIT_MS = 2_000

/** Who asks. Staff see the whole recording; viewers what the producer shows of it. */
export type Watcher = 'viewer' | 'staff'

/** Whether a viewer may have a piece of an ended show: what was cut off or withdrawn is gone. */
function isShown(cut: KnownCut | undefined, asset: MediaAsset): boolean {
  if (!cut) return true
  if (asset.is === 'init') return cut.isPublic
  if (asset.is !== 'segment' && asset.is !== 'part') return true
  const [first, last] = [cut.lines[0], cut.lines.at(-1)]
  return cut.isPublic && first !== undefined && asset.msn >= first.msn && asset.msn <= last!.msn
}

export function makePlayback(deps: { shows: Shows; archive: Archive }) {
  const sendText = makeTextSender()

  const live = async (
    request: IncomingMessage, response: ServerResponse, show: Show, query: URLSearchParams,
  ): Promise<void> => {
    const { window } = show
    const wanted = parseDirectives(query)
    if (wanted === 'bad') return sendEmpty(response, 400)
    const { msn, part } = wanted
    show.health.polled(pollerOf(request))
    // Further ahead than the next segment nobody can be (RFC 8216bis 6.2.5.2).
    const isAhead = msn !== undefined && window.segments.length > 0 && msn > window.nextMsn + 1
    if (isAhead && !window.isEnded) return sendEmpty(response, 400)
    const isReady = () => window.isEnded || (window.text() !== undefined
      && (msn === undefined || hasReached(window.segments, msn, part)))
    const mayCome = show.isReceiving || window.text() !== undefined
    const isThere = mayCome && await window.wait(isReady, MEDIA_LIMITS.blockMs)
    const text = window.text()
    if (text !== undefined) {
      return sendText(request, response, text, isThere && msn !== undefined ? REACHED : FRESH)
    }
    sendEmpty(response, window.isEnded ? 404 : 503, { 'retry-after': '1' })
  }

  const part = async (
    request: IncomingMessage, response: ServerResponse, show: Show, msn: number, index: number,
  ): Promise<void> => {
    const { window } = show
    const read = (): Buffer | undefined => window.find(msn)?.parts[index]?.bytes
    const isNext = (last: LiveSegment | undefined): boolean => last !== undefined && (last.isClosed
      ? msn === last.msn + 1 && index === 0 : msn === last.msn && index === last.parts.length)
    if (!read() && show.isReceiving && isNext(window.segments.at(-1))) {
      // Also ends when the segment turns out to have fewer parts.
      await window.wait(() => read() !== undefined || window.nextMsn > msn + 1
        || window.find(msn)?.isClosed === true, PART_WAIT_MS)
    }
    const bytes = read()
    if (bytes) return sendBytes(request, response, TYPES.segment, bytes)
    sendEmpty(response, 404)
  }

  const segment = async (
    request: IncomingMessage, response: ServerResponse, show: Show, msn: number,
  ): Promise<void> => {
    const found = show.window.find(msn)
    if (found?.whole) return sendBytes(request, response, TYPES.segment, found.whole)
    const isRecorded = !found && msn < show.window.nextMsn
    if (isRecorded) {
      return sendFile(request, response, TYPES.segment, segmentFile(show.folder, msn))
    }
    sendEmpty(response, 404)
  }

  const init = async (
    request: IncomingMessage, response: ServerResponse, show: Show, id: number,
  ): Promise<void> => {
    const bytes = show.init(id)
    if (bytes) return sendBytes(request, response, TYPES.video, bytes)
    await sendFile(request, response, TYPES.video, initFile(show.folder, id))
  }

  const replay = (
    request: IncomingMessage, response: ServerResponse, show: Show, cut: KnownCut | undefined,
  ): void => {
    const lines = cut?.lines ?? show.recorded
    if (lines.length === 0 || cut?.isPublic === false) return sendEmpty(response, 404)
    sendText(request, response, writeReplayPlaylist(lines, show.isEnded, cut?.leadTicks), FRESH)
  }

  return async (
    request: IncomingMessage, response: ServerResponse, showId: ShowId, asset: MediaAsset,
    query: URLSearchParams, watcher: Watcher = 'viewer',
  ): Promise<void> => {
    const show = await deps.shows.find(showId)
    if (asset.is === 'state') {
      return sendJson(response, 200, show ? show.state() : { state: 'waiting' })
    }
    if (!show) {
      return asset.is === 'live'
        ? sendEmpty(response, 503, { 'retry-after': '2' }) : sendEmpty(response, 404)
    }
    // The live line forgets the show a while after its end by itself.
    if (asset.is === 'live') return live(request, response, show, query)
    const cut = watcher === 'viewer' ? await deps.archive.cutOf(show) : undefined
    if (!isShown(cut, asset)) return sendEmpty(response, 404)
    if (asset.is === 'part') return part(request, response, show, asset.msn, asset.part)
    if (asset.is === 'segment') return segment(request, response, show, asset.msn)
    if (asset.is === 'init') return init(request, response, show, asset.id)
    replay(request, response, show, cut)
  }
}
