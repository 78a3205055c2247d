import { Fault, refuse, type Log, type Refusal, type Result, type ShowId } from '#kernel'
import type { Who } from '#people/accounts/contract'
import type { ClientMessage, GatewayPorts, ServerFrame } from './contract.ts'
import type { Room } from './connection.ts'
import type { Hub } from './hub.ts'

export type Act = Extract<ClientMessage, { t: 'chat' | 'order' }>

/** What people do, whichever way it arrives: the same ports, the same answers. */
export interface Acts {
  react(showId: ShowId, kind: string): void
  act(who: Who, showId: ShowId, message: Act): Promise<ServerFrame>
}

export function makeActs(deps: {
  ports: GatewayPorts; hub: Hub; log: Log; wake(room: Room): void
}): Acts {
  const { ports, hub, log } = deps

  async function run(who: Who, showId: ShowId, message: Act): Promise<Result<unknown, Refusal>> {
    if (who.personId === null) return refuse('people.accounts.sign_in_needed')
    try {
      if (message.t === 'chat') return await ports.chat(who, showId, message.text)
      return await ports.order(who, message.order)
    } catch (error) {
      const isExpected = error instanceof Fault && error.retryable
      const fields = { act: message.t, showId, error: String(error) }
      if (isExpected) log.warn('gateway.act_unavailable', fields)
      else log.error('gateway.act_failed', fields)
      return refuse('http.unavailable')
    }
  }

  return {
    react(showId, kind) {
      const room = hub.rooms.get(showId)
      if (!room) return
      room.pending.add({ k: 'react', counts: { [kind]: 1 } }, 0)
      deps.wake(room)
    },
    async act(who, showId, message) {
      const result = await run(who, showId, message)
      return { t: 'reply', ref: message.ref, ...result }
    },
  }
}
