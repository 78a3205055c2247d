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
  async function ask(showId: ShowId, path: string, body?: unknown): Promise<void> {
    try {
      const answer = await fetch(fleet.urlFor(showId) + path, {
        method: 'POST', signal: AbortSignal.timeout(deadlineMs),
        headers: {
          [INTERNAL_HEADER]: env.SILKCAST_INTERNAL_KEY,
          ...body === undefined ? {} : { 'content-type': 'application/json' },
        },
        ...body === undefined ? {} : { body: JSON.stringify(body) },
      })
      await answer.arrayBuffer()
      if (!answer.ok) throw new Error(`status ${answer.status}`)
    } catch (cause) {
      throw new Fault('media.unreachable', { retryable: true, cause })
    }
  }
  return {
    stop: (showId) => ask(showId, mediaPaths.stop(showId)),
    setStage: (showId, list) => ask(showId, stagePaths.list(showId), list),
    drop: (showId) => ask(showId, mediaPaths.drop(showId)),
  }
}
