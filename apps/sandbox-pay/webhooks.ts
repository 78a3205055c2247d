import { createHmac } from 'node:crypto'
import type { Clock, Random } from '#kernel'
import type { Ledger, PayEvent } from './ledger.ts'
import type { Behaviour } from './model.ts'

const ATTEMPT_MS = 5000
const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 30_000
const GIVE_UP_MS = 24 * 3600_000
const AT_ONCE = 32

export const signature = (secret: string, seconds: number, body: string): string =>
  `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`

export interface WebhookDeps {
  readonly ledger: Ledger
  readonly clock: Clock
  readonly random: Random
  readonly target: string
  readonly secret: string
  readonly behaviour: () => Behaviour
}

/** Sends events until they are taken: in order per payment, signed anew at every attempt. */
export function makeWebhooks(deps: WebhookDeps) {
  const { ledger, clock, random } = deps
  const lines = new Map<string, Promise<void>>()
  const waiters: (() => void)[] = []
  const ending = new AbortController()
  let running = 0
  const happens = (rate: number) => random.int(1, 1_000_000) <= rate * 1_000_000

  async function withPlace(work: () => Promise<boolean>): Promise<boolean> {
    if (running >= AT_ONCE) await new Promise<void>((go) => void waiters.push(go))
    running++
    try {
      return await work()
    } finally {
      running--
      waiters.shift()?.()
    }
  }

  async function post(body: string): Promise<boolean> {
    const seconds = Math.floor(clock.nowMs() / 1000)
    try {
      const answer = await fetch(deps.target, {
        method: 'POST', body, redirect: 'manual',
        headers: {
          'content-type': 'application/json',
          'x-sandbox-signature': signature(deps.secret, seconds, body),
        },
        signal: AbortSignal.any([ending.signal, AbortSignal.timeout(ATTEMPT_MS)]),
      })
      await answer.body?.cancel()
      return answer.status >= 200 && answer.status < 300
    } catch {
      return false
    }
  }

  async function deliver(event: PayEvent): Promise<void> {
    const { delayMs, reorder, duplicateRate } = deps.behaviour()
    const waitMs = reorder ? random.int(0, Math.max(delayMs, 200)) : delayMs
    if (waitMs > 0) await clock.sleep(waitMs)
    for (let attempt = 0; !ending.signal.aborted; attempt++) {
      if (await withPlace(() => post(event.body))) {
        if (ending.signal.aborted) return
        ledger.setEventState(event.id, 'delivered')
        if (happens(duplicateRate)) void withPlace(() => post(event.body))
        return
      }
      if (ending.signal.aborted) return
      if (clock.nowMs() - event.createdAtMs > GIVE_UP_MS) {
        ledger.setEventState(event.id, 'given_up')
        return
      }
      await clock.sleep(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempt, 10)))
    }
  }

  function send(event: PayEvent): void {
    if (deps.behaviour().reorder) return void deliver(event)
    const before = lines.get(event.subject) ?? Promise.resolve()
    const line = before.then(() => deliver(event)).finally(() => {
      if (lines.get(event.subject) === line) lines.delete(event.subject)
    })
    lines.set(event.subject, line)
  }

  return {
    /** Whether the next event gets lost on its way. */
    loses: () => happens(deps.behaviour().loseRate),
    send,
    resume: () => ledger.listWaiting().forEach(send),
    stop: () => ending.abort(),
  }
}

export type Webhooks = ReturnType<typeof makeWebhooks>
