import type { RoomEvent, RoomSnapshot, StaffEvent } from '#stage/gateway/contract'
import type { Show } from '#stage/show/contract'
import type { ShowTotals } from '#trade/orders/contract'
import { applyEvents, type RoomStatus } from '#sdk'

export type Sold = Extract<StaffEvent, { k: 'sold' }>['order']

export interface Level { readonly onHand: number, readonly held: number }

/** One look at the show, for the curves: seconds since 1970, viewers, kilobits a second. */
export interface Sample { readonly at: number, readonly viewers: number, readonly kbps: number }

/** All that the control room shows and that moves by itself. */
export interface LiveState {
  readonly status: RoomStatus
  readonly room: RoomSnapshot | null
  readonly stage: Show | null
  readonly totals: ShowTotals | null
  readonly countries: Readonly<Record<string, number>>
  readonly levels: Readonly<Record<string, Level>>
  /** Newest first; an order that changes moves in place. */
  readonly sold: readonly Sold[]
  readonly samples: readonly Sample[]
}

export const startState: LiveState = {
  status: 'connecting', room: null, stage: null, totals: null, countries: {}, levels: {}, sold: [],
  samples: [],
}

const soldKept = 40
/** Ten minutes at one look every two seconds. */
const samplesKept = 300

function withSold(sold: readonly Sold[], order: Sold): readonly Sold[] {
  if (sold.some((one) => one.id === order.id)) {
    // The news carries the time of the news, the list shows when it was bought.
    return sold.map((one) => (one.id === order.id ? { ...order, atMs: one.atMs } : one))
  }
  return [order, ...sold].sort((a, b) => b.atMs - a.atMs).slice(0, soldKept)
}

function hearStaff(state: LiveState, event: StaffEvent): LiveState {
  switch (event.k) {
    case 'stage': return { ...state, stage: event.show }
    case 'totals': return { ...state, totals: event.totals }
    case 'countries': return { ...state, countries: event.countries }
    case 'sold': return { ...state, sold: withSold(state.sold, event.order) }
    case 'levels': {
      const levels = { ...state.levels }
      for (const { variantId, onHand, held } of event.levels) levels[variantId] = { onHand, held }
      return { ...state, levels }
    }
    default: return state
  }
}

export type Heard =
  | { is: 'snapshot', room: RoomSnapshot }
  | { is: 'events', events: readonly RoomEvent[] }
  | { is: 'staff', events: readonly StaffEvent[] }
  | { is: 'status', status: RoomStatus }
  | { is: 'earlier', sold: readonly Sold[] }
  | { is: 'sample', at: number }

/** The control room after something was heard. Pure; the same news twice changes nothing. */
export function hear(state: LiveState, heard: Heard): LiveState {
  switch (heard.is) {
    case 'snapshot': return { ...state, room: heard.room }
    case 'events':
      return state.room ? { ...state, room: applyEvents(state.room, heard.events) } : state
    case 'staff': return heard.events.reduce(hearStaff, state)
    case 'status':
      // Every new try begins with `connecting`: to a person the line is still lost.
      if (heard.status === 'connecting' && state.status === 'lost') return state
      return { ...state, status: heard.status }
    case 'earlier': {
      const known = new Set(state.sold.map((order) => order.id))
      return heard.sold.filter((order) => !known.has(order.id))
        .reduce((after, order) => ({ ...after, sold: withSold(after.sold, order) }), state)
    }
    case 'sample': {
      const sample = {
        at: heard.at, viewers: state.room?.viewers ?? 0, kbps: state.stage?.video?.kbps ?? 0,
      }
      return { ...state, samples: [...state.samples, sample].slice(-samplesKept) }
    }
    default: return state
  }
}
