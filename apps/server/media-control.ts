import { Fault } from '#kernel'
import type { MediaControl } from '#stage/show/contract'
import type { ServerEnv } from './env.ts'

const deadlineMs = 3000

/** The media process, asked over loopback with the internal key. */
export function makeMediaControl(env: ServerEnv): MediaControl {
  async function ask(path: string): Promise<void> {
    try {
      const answer = await fetch(env.SILKCAST_MEDIA_URL + path, {
        method: 'POST', signal: AbortSignal.timeout(deadlineMs),
        headers: { 'x-silkcast-internal': env.SILKCAST_INTERNAL_KEY },
      })
      await answer.arrayBuffer()
      if (!answer.ok) throw new Error(`status ${answer.status}`)
    } catch (cause) {
      throw new Fault('media.unreachable', { retryable: true, cause })
    }
  }
  return {
    stop: (showId) => ask(`/internal/shows/${showId}/stop`),
    drop: (showId) => ask(`/internal/shows/${showId}/drop`),
  }
}
