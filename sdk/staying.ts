import type { Refusal } from '#kernel'
import type { Hears, Line } from './line.ts'

/** `broken`: the house turned this page away for good; nothing more is tried. */
export type RoomStatus = 'connecting' | 'open' | 'lost' | 'broken'

const firstWaitMs = 300
const longestWaitMs = 5000
const answerMs = 8000
const socketTries = 2

/** Keeps a line open: comes back when it breaks, a little later each time, and by the other way
 *  when one is blocked. */
export function makeStaying(on: {
  open(kind: Line['kind'], hears: Omit<Hears, 'frame'>): Line
  status(status: RoomStatus, refusal?: Refusal): void
  /** The line broke: what was asked stays unanswered. */
  broke(): void
}) {
  let line: Line | null = null
  let kind: Line['kind'] = 'ws'
  let status: RoomStatus = 'lost'
  let failures = 0
  let socketFailures = 0
  let isClosed = false
  let retry: ReturnType<typeof setTimeout> | undefined
  let answer: ReturnType<typeof setTimeout> | undefined

  function become(next: RoomStatus, refusal?: Refusal): void {
    if (status === next) return
    status = next
    on.status(next, refusal)
  }

  /** Sockets first; streams when sockets are blocked; sockets again when streams fail, too. */
  function chooseWay(): void {
    if (kind === 'ws' && ++socketFailures < socketTries) return
    kind = kind === 'ws' ? 'sse' : 'ws'
    socketFailures = 0
  }

  function hangUp(): void {
    clearTimeout(retry)
    clearTimeout(answer)
    line?.end()
    line = null
  }

  function connect(): void {
    hangUp()
    if (isClosed) return
    become('connecting')
    let wasOpened = false
    line = on.open(kind, {
      opened() { wasOpened = true },
      closed() {
        if (!wasOpened) chooseWay()
        lose()
      },
    })
    expectFrame()
  }

  /** A line that says nothing is no line. */
  function expectFrame(): void {
    clearTimeout(answer)
    answer = setTimeout(lose, answerMs)
  }

  function lose(refusal?: Refusal): void {
    hangUp()
    on.broke()
    if (isClosed) return
    become('lost', refusal)
    const waitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** failures++)
    retry = setTimeout(connect, waitMs * (0.5 + Math.random() / 2))
  }

  return {
    get line() { return line },
    get kind() { return kind },
    get status() { return status },
    connect, expectFrame,
    heard: () => clearTimeout(answer),
    arrived() {
      clearTimeout(answer)
      failures = 0
      if (kind === 'ws') socketFailures = 0
      become('open')
    },
    /** The house is full: it is asked again, but not soon. */
    wait(refusal: Refusal) {
      failures = Math.max(failures, 5)
      lose(refusal)
    },
    close(refusal?: Refusal) {
      isClosed = true
      hangUp()
      on.broke()
      if (refusal) become('broken', refusal)
    },
  }
}
