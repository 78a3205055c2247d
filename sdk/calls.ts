import type { Refusal, Result } from '#kernel'

type Answer = Result<unknown, Refusal>

const deadlineMs = 10_000

/** Questions that wait for their `reply`, by ref. Each is answered exactly once. */
export function makeCalls() {
  const waiting = new Map<string, (answer: Answer) => void>()
  let last = 0

  function settle(ref: string, answer: Answer): void {
    const done = waiting.get(ref)
    waiting.delete(ref)
    done?.(answer)
  }

  return {
    make<T>(send: (ref: string) => void): Promise<Result<T, Refusal>> {
      const ref = `${++last}`
      return new Promise((resolve) => {
        const deadline = setTimeout(() =>
          settle(ref, { ok: false, refusal: { code: 'sdk.no_answer' } }), deadlineMs)
        waiting.set(ref, (answer) => {
          clearTimeout(deadline)
          resolve(answer as Result<T, Refusal>)
        })
        send(ref)
      })
    },
    answer(ref: string, frame: Answer): void {
      settle(ref, frame.ok ? { ok: true, value: frame.value }
        : { ok: false, refusal: frame.refusal })
    },
    /** The line broke: what was asked may or may not have happened. */
    fail(code: string): void {
      for (const ref of [...waiting.keys()]) settle(ref, { ok: false, refusal: { code } })
    },
  }
}
