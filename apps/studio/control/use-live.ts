import { useEffect, useReducer, useRef } from 'react'
import { connectRoom, type RoomLine } from '#sdk'
import type { Refusal, Result } from '#kernel'
import { client } from '../house.ts'
import { hear, startState, type Heard, type LiveState, type Sold } from './live-state.ts'

/** Often enough for a curve, seldom enough for a quiet screen. */
const sampleMs = 2000
const drawEveryMs = 50

export interface Live {
  readonly state: LiveState
  /** The server's clock; keeps its identity. */
  readonly now: () => number
  say(text: string): Promise<Result<unknown, Refusal>>
}

async function readEarlier(showId: string): Promise<Sold[]> {
  const answer = await client.call('GET /api/desk/orders', {
    query: { showId, limit: 30, demo: 'with' },
  })
  return answer.ok ? answer.value.orders.map((order) => ({ ...order, atMs: order.placedAtMs })) : []
}

/** Stays with the show: room, staff channel, and a look at the numbers every two seconds. What
 *  comes close together is drawn together, so that a rush of orders does not stall the screen. */
export function useLive(showId: string, withOrders: boolean): Live {
  const [state, tell] = useReducer(
    (before: LiveState, news: readonly Heard[]) => news.reduce(hear, before), startState)
  const line = useRef<RoomLine | null>(null)
  const now = useRef(() => line.current?.serverNow() ?? Date.now())

  useEffect(() => {
    let waiting: Heard[] = []
    let timer = 0
    const flush = () => {
      timer = 0
      tell(waiting)
      waiting = []
    }
    const say = (heard: Heard) => {
      waiting.push(heard)
      if (timer === 0) timer = window.setTimeout(flush, drawEveryMs)
    }
    const opened = connectRoom({
      showId, staff: true,
      onSnapshot: (room) => say({ is: 'snapshot', room }),
      onEvents: (events) => say({ is: 'events', events }),
      onStaff: (events) => say({ is: 'staff', events }),
      onStatus: (status) => say({ is: 'status', status }),
    })
    line.current = opened
    const sampling = setInterval(() =>
      say({ is: 'sample', at: Math.round(opened.serverNow() / 1000) }), sampleMs)
    if (withOrders) void readEarlier(showId).then((sold) => say({ is: 'earlier', sold }))
    return () => {
      clearInterval(sampling)
      clearTimeout(timer)
      opened.close()
      line.current = null
    }
  }, [showId, withOrders])

  const say = (text: string): Promise<Result<unknown, Refusal>> => line.current?.say(text)
    ?? Promise.resolve({ ok: false as const, refusal: { code: 'sdk.offline' } })
  return { state, now: now.current, say }
}
