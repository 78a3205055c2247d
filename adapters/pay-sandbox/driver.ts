import { Fault, type Clock } from '#kernel'

const ANSWER_BYTES = 64 * 1024

export interface DriverDeps {
  readonly baseUrl: string
  readonly key: string
  readonly clock: Clock
  readonly deadlineMs: number
}

/** Never sent, so nothing can have happened over there. */
const NEVER_SENT = new Set([
  'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH',
])

function neverSent(error: unknown): boolean {
  const cause = (error as { cause?: { code?: unknown; errors?: { code?: unknown }[] } }).cause
  const codes = [cause?.code, ...(cause?.errors ?? []).map((it) => it.code)]
  return codes.some((code) => typeof code === 'string' && NEVER_SENT.has(code))
}

async function readLimited(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer.body ?? []) {
    size += chunk.length
    if (size > ANSWER_BYTES) throw new Error('the answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Talks to the provider: one call, one deadline, an answer or a fault. */
export function makeDriver(deps: DriverDeps) {
  const noAnswer = (cause: unknown) =>
    new Fault('payments.no_answer', { retryable: true, cause })

  /** The parsed answer; null for 404. Anything unclear is `payments.no_answer`. */
  async function call(
    method: 'GET' | 'POST', path: string, body?: Record<string, unknown>, key?: string,
  ): Promise<unknown> {
    const ending = new AbortController()
    const timer = deps.clock.after(deps.deadlineMs, () => ending.abort())
    try {
      const answer = await fetch(`${deps.baseUrl}${path}`, {
        method, redirect: 'error', signal: ending.signal,
        headers: {
          authorization: `Bearer ${deps.key}`,
          ...(body ? { 'content-type': 'application/json' } : {}),
          ...(key ? { 'idempotency-key': key } : {}),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
      const text = await readLimited(answer)
      if (answer.status === 404) return null
      if (!answer.ok) throw new Error(`the provider answered ${answer.status}`)
      return JSON.parse(text) as unknown
    } catch (error) {
      if (neverSent(error)) {
        throw new Fault('payments.provider_down', { retryable: true, cause: error })
      }
      throw noAnswer(error)
    } finally {
      timer.cancel()
    }
  }
  return { call, noAnswer }
}

export type Driver = ReturnType<typeof makeDriver>
