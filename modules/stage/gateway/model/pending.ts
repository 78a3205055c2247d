import type { RoomEvent, StaffEvent } from '../contract.ts'

/** What a room will hear at its next tick. Bounded: states replace each other, chat is sampled,
 *  reactions and removals are added up. */
export interface Pending {
  readonly isEmpty: boolean
  /** Lines of chat that were not told because there were too many. */
  readonly sampledAway: number
  /** False when nothing new is to be told. */
  add(event: RoomEvent, chatMax: number): boolean
  /** The events of this tick as JSON texts, and an empty slate. */
  take(): string[]
  /** Somebody was shown a newer state than what was told: nothing counts as known any more. */
  forgetTold(): void
}

const goneMax = 1000
const reactMax = 9999

const keyOf = (event: RoomEvent): string =>
  event.k === 'left' ? `left ${event.offerId}` : event.k

export function makePending(): Pending {
  const states = new Map<string, RoomEvent>()
  // What everyone has heard last, to stay silent about what has not changed.
  const told = new Map<string, string>()
  let chat: Extract<RoomEvent, { k: 'chat' }>[] = []
  let gone: string[] = []
  let reactions: Record<string, number> = {}
  let sampledAway = 0

  function addChat(event: Extract<RoomEvent, { k: 'chat' }>, chatMax: number): boolean {
    const limit = event.message.isStaff ? chatMax * 2 : chatMax
    if (chat.length >= limit) {
      sampledAway++
      return false
    }
    chat.push(event)
    return true
  }

  function addState(event: RoomEvent): boolean {
    const key = keyOf(event)
    const before = states.get(key)
    const merged = event.k === 'stock' && before?.k === 'stock'
      ? { ...event, variants: { ...before.variants, ...event.variants } } : event
    // Taken out first, so that it comes after whatever was said before it.
    states.delete(key)
    states.set(key, merged)
    return true
  }

  function takeStates(): string[] {
    const texts: string[] = []
    for (const [key, event] of states) {
      const text = JSON.stringify(event)
      if (told.get(key) === text) continue
      // An offer says how much is left, too: what one said is no longer what was heard last.
      if (key === 'offer' || key.startsWith('left ')) forgetOffers()
      told.set(key, text)
      texts.push(text)
    }
    states.clear()
    return texts
  }

  function forgetOffers(): void {
    for (const key of told.keys()) if (key === 'offer' || key.startsWith('left ')) told.delete(key)
  }

  return {
    get isEmpty() {
      return states.size === 0 && chat.length === 0 && gone.length === 0
        && Object.keys(reactions).length === 0
    },
    get sampledAway() { return sampledAway },
    add(event, chatMax) {
      if (event.k === 'chat') return addChat(event, chatMax)
      if (event.k === 'gone') {
        gone = [...gone, ...event.ids].slice(-goneMax)
        return true
      }
      if (event.k === 'react') {
        for (const [kind, count] of Object.entries(event.counts)) {
          reactions[kind] = Math.min(reactMax, (reactions[kind] ?? 0) + count)
        }
        return true
      }
      return addState(event)
    },
    take() {
      const texts = takeStates()
      for (const event of chat) texts.push(JSON.stringify(event))
      if (gone.length > 0) texts.push(JSON.stringify({ k: 'gone', ids: gone } satisfies RoomEvent))
      if (Object.keys(reactions).length > 0) {
        texts.push(JSON.stringify({ k: 'react', counts: reactions } satisfies RoomEvent))
      }
      chat = []
      gone = []
      reactions = {}
      return texts
    },
    forgetTold: () => told.clear(),
  }
}

const soldMax = 100

/** What staff will hear: the last of each state, and at most a hundred sales (the newest). */
export function makeStaffPending() {
  const states = new Map<string, StaffEvent>()
  let sold: StaffEvent[] = []
  return {
    get isEmpty() { return states.size === 0 && sold.length === 0 },
    add(event: StaffEvent): void {
      if (event.k !== 'sold') return void states.set(event.k, event)
      // One order may change twice within a tick: its last state is the one that counts.
      sold = [...sold.filter((other) => other.k !== 'sold' || other.order.id !== event.order.id),
        event].slice(-soldMax)
    },
    take(): StaffEvent[] {
      const events = [...states.values(), ...sold]
      states.clear()
      sold = []
      return events
    },
  }
}

export type StaffPending = ReturnType<typeof makeStaffPending>
