import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ShowId } from '#kernel'
import type { Archive, KnownCut } from '#stage/recording/contract'
import { MEDIA_LIMITS } from '../contract.ts'
import type { Show } from '../live/show.ts'
import type { Shows } from '../live/shows.ts'
import { hasReached, type LiveSegment, type LiveWindow } from '../live/window.ts'
import { writeReplayPlaylist } from '../model/playlist.ts'
import { pollerOf, type AskerReader } from './poller.ts'
import { sendBytes, sendFile } from './files.ts'
import { FRESH, makeTextSender, REACHED, sendEmpty, sendJson, TYPES } from './reply.ts'

/** What a viewer may ask for below `/media/<showId>/`. */
export type MediaAsset =
  | { readonly is: 'master' } | { readonly is: 'replay' } | { readonly is: 'state' }
  | { readonly is: 'live'; readonly of: RenditionId }
  | { readonly is: 'init'; readonly of: RenditionId; readonly id: number }
  | { readonly is: 'part'; readonly of: RenditionId; readonly msn: number; readonly part: number }
  | { readonly is: 'segment'; readonly of: RenditionId; readonly msn: number }

/** Which form of the show. */
export type RenditionId = 'source' | 'low' | 'audio'

/** Numbers are plain decimals without leading zeros, so that every asset has one name. */
const INIT = /^([la]?)init-(0|[1-9]\d{0,8})\.mp4$/
const PART = /^([pla])(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,3})\.m4s$/
const SEGMENT = /^([sla])(0|[1-9]\d{0,8})\.m4s$/

const BY_NAME: Readonly<Record<string, MediaAsset>> = {
  'master.m3u8': { is: 'master' }, 'replay.m3u8': { is: 'replay' }, 'state.json': { is: 'state' },
  'live.m3u8': { is: 'live', of: 'source' }, 'low.m3u8': { is: 'live', of: 'low' },
  'audio.m3u8': { is: 'live', of: 'audio' },
}
const BY_LETTER: Readonly<Record<string, RenditionId>> = { l: 'low', a: 'audio' }

export function parseAsset(name: string): MediaAsset | undefined {
  if (Object.hasOwn(BY_NAME, name)) return BY_NAME[name]
  const [init, part, segment] = [INIT.exec(name), PART.exec(name), SEGMENT.exec(name)]
  const of = BY_LETTER[(init ?? part ?? segment)?.[1] ?? ''] ?? 'source'
  if (init) return { is: 'init', of, id: Number(init[2]) }
  if (part) return { is: 'part', of, msn: Number(part[2]), part: Number(part[3]) }
  return segment ? { is: 'segment', of, msn: Number(segment[2]) } : undefined
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

/** What is played: the source, or one of the renditions beside it. */
interface Feed {
  readonly show: Show
  readonly window: LiveWindow
  init(id: number): Buffer | undefined
  /** The source alone is recorded. */
  readonly files: Show['files'] | undefined
}

function feedOf(show: Show, of: RenditionId): Feed {
  if (of === 'source') {
    return { show, window: show.window, init: (id) => show.init(id), files: show.files }
  }
  const { window, init } = show.renditions[of]
  return { show, window, init, files: undefined }
}

/** How long the multivariant playlist waits for a publisher to say what it sends. */
const MASTER_WAIT_MS = 3_000

export function makePlayback(deps: { shows: Shows; archive: Archive; askerOf: AskerReader }) {
  const sendText = makeTextSender()

  const live = async (
    request: IncomingMessage, response: ServerResponse, { show, window }: Feed,
    query: URLSearchParams,
  ): Promise<void> => {
    const wanted = parseDirectives(query)
    if (wanted === 'bad') return sendEmpty(response, 400)
    const { msn, part } = wanted
    show.health.polled(pollerOf(request, deps.askerOf(request.headers)))
    // Further ahead than the next segment nobody can be (RFC 8216bis 6.2.5.2).
    const isAhead = msn !== undefined && window.segments.length > 0
      && msn > Math.max(window.nextMsn, show.window.nextMsn) + 1
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

  const master = async (
    request: IncomingMessage, response: ServerResponse, show: Show,
  ): Promise<void> => {
    const { window } = show
    const isSaid = () => window.isEnded
      || (window.text() !== undefined && show.state().video?.codec !== undefined)
    if (show.isReceiving) await window.wait(() => window.text() !== undefined, MEDIA_LIMITS.blockMs)
    else if (window.text() !== undefined) await window.wait(isSaid, MASTER_WAIT_MS)
    const text = show.renditions.master(window, show.state())
    if (text !== undefined) return sendText(request, response, text, FRESH)
    sendEmpty(response, window.isEnded ? 404 : 503, { 'retry-after': '1' })
  }

  const part = async (
    request: IncomingMessage, response: ServerResponse, { show, window }: Feed,
    msn: number, index: number,
  ): Promise<void> => {
    const read = (): Uint8Array | undefined => {
      const found = window.find(msn)?.parts[index]
      return found?.isGap ? undefined : found?.bytes
    }
    const isThere = (): boolean => window.find(msn)?.parts[index] !== undefined
    const isNext = (last: LiveSegment | undefined): boolean => last !== undefined && (last.isClosed
      ? msn === last.msn + 1 && index === 0 : msn === last.msn && index === last.parts.length)
    if (!isThere() && show.isReceiving && isNext(window.segments.at(-1))) {
      // Also ends when the segment turns out to have fewer parts.
      await window.wait(() => isThere() || window.nextMsn > msn + 1
        || window.find(msn)?.isClosed === true, PART_WAIT_MS)
    }
    const bytes = read()
    if (bytes) return sendBytes(request, response, TYPES.segment, bytes)
    sendEmpty(response, 404)
  }

  const segment = async (
    request: IncomingMessage, response: ServerResponse, { window, files }: Feed, msn: number,
  ): Promise<void> => {
    const found = window.find(msn)
    const isWhole = found?.whole && !found.parts.some((one) => one.isGap)
    if (isWhole) return sendBytes(request, response, TYPES.segment, found.whole)
    const isRecorded = files !== undefined && !found && msn < window.nextMsn
    if (isRecorded) return sendFile(request, response, TYPES.segment, files.segmentFile(msn))
    sendEmpty(response, 404)
  }

  const init = async (
    request: IncomingMessage, response: ServerResponse, feed: Feed, id: number,
  ): Promise<void> => {
    const bytes = feed.init(id)
    if (bytes) return sendBytes(request, response, TYPES.video, bytes)
    if (feed.files === undefined) return sendEmpty(response, 404)
    await sendFile(request, response, TYPES.video, feed.files.initFile(id))
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
      return asset.is === 'live' || asset.is === 'master'
        ? sendEmpty(response, 503, { 'retry-after': '2' }) : sendEmpty(response, 404)
    }
    if (asset.is === 'master') return master(request, response, show)
    // The live line forgets the show a while after its end by itself.
    if (asset.is === 'live') return live(request, response, feedOf(show, asset.of), query)
    const cut = watcher === 'viewer' ? await deps.archive.cutOf(show) : undefined
    if (!isShown(cut, asset)) return sendEmpty(response, 404)
    if (asset.is === 'replay') return replay(request, response, show, cut)
    const feed = feedOf(show, asset.of)
    if (asset.is === 'part') return part(request, response, feed, asset.msn, asset.part)
    if (asset.is === 'segment') return segment(request, response, feed, asset.msn)
    await init(request, response, feed, asset.id)
  }
}
