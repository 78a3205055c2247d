import type { IncomingMessage, ServerResponse } from 'node:http'
import { isId, type ShowId } from '#kernel'
import type { Archive, CutCommand } from '#stage/recording/contract'
import { mediaPaths } from '../contract.ts'
import type { Show } from '../live/show.ts'
import type { Shows } from '../live/shows.ts'
import { sendFile, sendMovie } from './files.ts'
import type { RtcSessions } from '../rtc/sessions.ts'
import { parseAsset, type makePlayback } from './playback.ts'
import { sendEmpty, sendJson, TYPES } from './reply.ts'
import { isStageList } from './stage.ts'

const BODY_BYTES_MAX = 4_096
const isMs = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0

/** The schema of the contract by hand: its compiler would cost a killed process its return in two
 *  seconds. */
function isCut(body: unknown): body is CutCommand {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return false
  const { inMs, outMs, isPublic, ...more } = body as Record<string, unknown>
  return isMs(inMs) && (outMs === null || isMs(outMs)) && typeof isPublic === 'boolean'
    && Object.keys(more).length === 0
}

/** A small JSON body, or undefined when it is none. */
async function readBody(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > BODY_BYTES_MAX) return undefined
  }
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export type StageDesk = Pick<RtcSessions, 'setStage' | 'clearStage' | 'senders'>

type Act = (
  request: IncomingMessage, response: ServerResponse, showId: ShowId,
) => Promise<void>

const COMMAND = /^\/internal\/shows\/([a-z0-9_]{1,40})\/([a-z0-9.]{1,20})$/
const WHOLE = /^\/internal\/shows\/([a-z0-9_]{1,40})\/whole\/([a-z0-9.-]{1,40})$/

/** What the server asks of this process; the secret was checked before. */
export function makeCommands(deps: {
  shows: Shows; archive: Archive; play: ReturnType<typeof makePlayback>
  metrics: () => unknown; inside: () => unknown
  stage?: StageDesk | undefined
}) {
  const { shows, archive, play } = deps
  const READS: Readonly<Record<string, () => unknown>> = {
    [mediaPaths.storage]: archive.storage, [mediaPaths.metrics]: deps.metrics,
    [mediaPaths.inside]: deps.inside,
  }

  const told = async (response: ServerResponse, show: Show | undefined): Promise<void> => {
    await show?.flushed()
    sendJson(response, 200, show ? show.state() : { state: 'waiting' })
  }
  const onShow = (act: (
    show: Show, request: IncomingMessage, response: ServerResponse,
  ) => Promise<void>): Act => async (request, response, showId) => {
    const show = await shows.find(showId)
    return show ? act(show, request, response) : sendEmpty(response, 404)
  }

  const acts: Readonly<Record<string, Act>> = {
    async 'POST stop'(_request, response, showId) {
      // Ending a show nobody ever published to must hold as well: its key may not open it later.
      deps.stage?.clearStage(showId)
      const show = await shows.open(showId)
      show.stop()
      await told(response, show)
    },
    async 'POST stage'(request, response, showId) {
      const list = await readBody(request)
      if (!isStageList(list)) return sendEmpty(response, 400)
      deps.stage?.setStage(showId, list)
      sendEmpty(response, 204)
    },
    'GET stage': async (_request, response, showId) =>
      sendJson(response, 200, { senders: deps.stage?.senders(showId) ?? [] }),
    async 'POST leave'(_request, response, showId) {
      deps.stage?.clearStage(showId)
      sendEmpty(response, 204)
    },
    async 'POST release'(_request, response, showId) {
      const isFree = await shows.release(showId)
      // Guests come again, and find the process that has the show from now on.
      if (isFree) deps.stage?.clearStage(showId)
      sendEmpty(response, isFree ? 204 : 409)
    },
    async 'POST drop'(_request, response, showId) {
      const show = await shows.find(showId)
      show?.drop()
      await told(response, show)
    },
    'GET recording': onShow(async (show, _request, response) =>
      sendJson(response, 200, await archive.view(show))),
    'PUT cut': onShow(async (show, request, response) => {
      const body = await readBody(request)
      if (!isCut(body)) return sendEmpty(response, 400)
      if (!show.isEnded) return sendEmpty(response, 409)
      await archive.setCut(show, body)
      sendJson(response, 200, await archive.view(show))
    }),
    'GET download': onShow(async (show, _request, response) =>
      sendJson(response, 200, await archive.downloadView(show))),
    'POST download': onShow(async (show, _request, response) => {
      await archive.make(show)
      sendJson(response, 200, await archive.downloadView(show))
    }),
    async 'POST remove'(_request, response, showId) {
      if (await archive.remove(showId)) return sendJson(response, 200, { done: true })
      sendEmpty(response, 409)
    },
    'GET replay.mp4': onShow(async (show, request, response) => {
      const found = await archive.download(show)
      if (!found) return sendEmpty(response, 404)
      if ('path' in found) return sendFile(request, response, TYPES.video, found.path)
      await sendMovie(request, response, found.movie)
    }),
  }

  return async (
    request: IncomingMessage, response: ServerResponse, path: string,
  ): Promise<void> => {
    const read = request.method === 'GET' ? READS[path] : undefined
    if (read) return sendJson(response, 200, await read())
    const whole = WHOLE.exec(path)
    const asset = whole && parseAsset(whole[2]!)
    if (whole && asset && isId('sho', whole[1])) {
      if (request.method !== 'GET') return sendEmpty(response, 405, { allow: 'GET' })
      return play(request, response, whole[1], asset, new URLSearchParams(), 'staff')
    }
    const [, showId, name = ''] = COMMAND.exec(path) ?? []
    const isKnown = Object.keys(acts).some((act) => act.endsWith(` ${name}`))
    if (!isKnown || !isId('sho', showId)) return sendEmpty(response, 404)
    const method = request.method === 'HEAD' ? 'GET' : request.method
    const act = acts[`${method} ${name}`]
    if (!act) {
      const allow = Object.keys(acts).flatMap((one) =>
        one.endsWith(` ${name}`) ? [one.split(' ')[0]!] : [])
      return sendEmpty(response, 405, { allow: allow.join(', ') })
    }
    await act(request, response, showId)
  }
}
