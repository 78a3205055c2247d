import { Fault, type ShowId } from '#kernel'
import { INTERNAL_HEADER, mediaPaths } from '#stage/media/contract'
import { stagePaths, type StageControl } from '#stage/backstage/contract'
import type { MediaControl } from '#stage/show/contract'
import type { ServerEnv } from './env.ts'
import type { MediaFleet } from './media-fleet/index.ts'

const deadlineMs = 3000

/** The media process that has the show, asked with the internal key. */
export function makeMediaControl(
  env: Pick<ServerEnv, 'SILKCAST_INTERNAL_KEY'>, fleet: Pick<MediaFleet, 'urlFor'>,
): MediaControl & StageControl {
  async function ask(
    showId: ShowId, path: string, body?: unknown, method: 'GET' | 'POST' = 'POST',
  ): Promise<unknown> {
    try {
      const answer = await fetch(fleet.urlFor(showId) + path, {
        method, signal: AbortSignal.timeout(deadlineMs),
        headers: {
          [INTERNAL_HEADER]: env.SILKCAST_INTERNAL_KEY,
          ...body === undefined ? {} : { 'content-type': 'application/json' },
        },
        ...body === undefined ? {} : { body: JSON.stringify(body) },
      })
      const text = await answer.text()
      if (!answer.ok) throw new Error(`status ${answer.status}`)
      return text === '' ? undefined : JSON.parse(text)
    } catch (cause) {
      throw new Fault('media.unreachable', { retryable: true, cause })
    }
  }
  return {
    stop: async (showId) => void await ask(showId, mediaPaths.stop(showId)),
    setStage: async (showId, list) => void await ask(showId, stagePaths.list(showId), list),
    drop: async (showId) => void await ask(showId, mediaPaths.drop(showId)),
    async readSenders(showId) {
      const answer = await ask(showId, stagePaths.list(showId), undefined, 'GET')
      const { senders } = answer as { senders: unknown }
      return Array.isArray(senders) ? senders.filter((one) => typeof one === 'string') : []
    },
  }
}
