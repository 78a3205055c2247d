/** Where the sending of the picture stands. `idle`: no camera yet; `preview`: the picture is here
 *  and goes nowhere; `refused`: the server said no and trying again by itself would not help. */
export type Phase = 'idle' | 'preview' | 'connecting' | 'live' | 'reconnecting' | 'refused'

export interface Sending {
  readonly phase: Phase
  /** Number of the last attempt; whatever an earlier one still says is not heard. */
  readonly turn: number
  /** Failures since the picture last arrived. */
  readonly tries: number
  /** Whether the picture has arrived since somebody pressed the button. */
  readonly wasLive: boolean
  /** Since when the server says that somebody else sends with this key. */
  readonly busySinceMs: number | null
  readonly code: string | null
}

export type Happened =
  | { readonly is: 'media' }
  | { readonly is: 'publish' }
  | { readonly is: 'stop' }
  | { readonly is: 'online' }
  | { readonly is: 'connected', readonly turn: number }
  | { readonly is: 'failed', readonly turn: number }
  | { readonly is: 'refused', readonly turn: number, readonly code: string }
  | { readonly is: 'again', readonly turn: number }

export type Effect =
  | { readonly do: 'open', readonly turn: number }
  | { readonly do: 'wait', readonly turn: number, readonly ms: number }
  | { readonly do: 'close' }

export interface Step {
  readonly state: Sending
  readonly effects: readonly Effect[]
}

export const startSending: Sending = {
  phase: 'idle', turn: 0, tries: 0, wasLive: false, busySinceMs: null, code: null,
}

const firstWaitMs = 500
const longestWaitMs = 5000
/** Our own session of before holds the key until it has been silent for 3 s: for twice that long
 *  "somebody else sends" is not believed. */
export const busyMs = 6000
const busyWaitMs = 1000

/** A no that stays a no, however often it is asked. */
const lasting = [
  'stage.show.key_unknown', 'stage.show.unknown', 'stage.media.show_ended',
  'stage.media.codec_not_supported', 'stage.media.offer_unreadable',
  'people.accounts.sign_in_needed', 'people.accounts.not_allowed', 'camera.no_h264',
]

const stay = (state: Sending): Step => ({ state, effects: [] })
const isTrying = ({ phase }: Sending) =>
  phase === 'connecting' || phase === 'live' || phase === 'reconnecting'

function open(state: Sending, phase: Phase): Step {
  const turn = state.turn + 1
  return {
    state: { ...state, phase, turn, code: null }, effects: [{ do: 'close' }, { do: 'open', turn }],
  }
}

function wait(state: Sending, ms: number, code: string | null): Step {
  const phase = state.wasLive ? 'reconnecting' : 'connecting'
  return {
    state: { ...state, phase, code, tries: state.tries + 1 },
    effects: [{ do: 'close' }, { do: 'wait', turn: state.turn, ms }],
  }
}

const backOff = (tries: number) => Math.min(longestWaitMs, firstWaitMs * 2 ** tries)

const giveUp = (state: Sending, code: string): Step => ({
  state: { ...state, phase: 'refused', code, wasLive: false, tries: 0, busySinceMs: null },
  effects: [{ do: 'close' }],
})

function hearNo(state: Sending, code: string, nowMs: number): Step {
  if (lasting.includes(code)) return giveUp(state, code)
  if (code === 'stage.media.already_publishing') {
    const busySinceMs = state.busySinceMs ?? nowMs
    if (nowMs - busySinceMs >= busyMs) return giveUp(state, code)
    return wait({ ...state, busySinceMs }, busyWaitMs, code)
  }
  // Full at the first try is an answer; full when we had a place is a restart under way.
  if (code === 'stage.media.full' && !state.wasLive) return giveUp(state, code)
  return wait({ ...state, busySinceMs: null }, backOff(state.tries), code)
}

/** What follows from what happened. Pure. */
export function step(state: Sending, happened: Happened, nowMs: number): Step {
  if ('turn' in happened && happened.turn !== state.turn) return stay(state)
  switch (happened.is) {
    case 'media': return stay(state.phase === 'idle' ? { ...state, phase: 'preview' } : state)
    case 'publish':
      if (state.phase !== 'preview' && state.phase !== 'refused') return stay(state)
      return open({ ...state, tries: 0, wasLive: false, busySinceMs: null }, 'connecting')
    case 'stop':
      if (state.phase === 'idle' || state.phase === 'preview') return stay(state)
      return {
        // The turn goes on, so that a late answer of this attempt is not heard.
        state: { ...startSending, phase: 'preview', turn: state.turn + 1 },
        effects: [{ do: 'close' }],
      }
    case 'connected':
      if (!isTrying(state)) return stay(state)
      return stay({
        ...state, phase: 'live', tries: 0, wasLive: true, busySinceMs: null, code: null,
      })
    case 'failed':
      if (!isTrying(state)) return stay(state)
      return wait({ ...state, busySinceMs: null }, backOff(state.tries), null)
    case 'refused':
      return isTrying(state) ? hearNo(state, happened.code, nowMs) : stay(state)
    case 'again':
    case 'online':
      // Back in a network: nobody waits for the rest of a pause.
      if (!isTrying(state) || state.phase === 'live' || state.tries === 0) return stay(state)
      return open(state, state.phase)
    default: return stay(state)
  }
}
