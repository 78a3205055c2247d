import type { Clock, Log, Refusal } from '#kernel'
import type { Who } from '#people/accounts/contract'
import type { Act, Acts } from './acts.ts'
import type { ClientMessage, GatewayLimits } from './contract.ts'
import type { Connection } from './connection.ts'
import type { Entry } from './entry.ts'
import { readMessage } from './model/message.ts'

/** What a client says over its socket, answered. Never throws, whatever the bytes. */
export interface Talk {
  /** `null`: a binary frame. */
  hear(connection: Connection, text: string | null): void
}

// A whole ring may go out for one `ask`, so it weighs more than a word.
const askCost = 5

export function makeTalk(deps: {
  acts: Acts
  entry: Entry
  limits: GatewayLimits
  clock: Clock
  log: Log
  who(token: string | undefined): Promise<Who>
  close(connection: Connection, code: number, why: string): void
}): Talk {
  const { acts, entry, limits, clock } = deps

  function no(connection: Connection, ref: string | null, refusal: Refusal): void {
    if (ref === null) entry.send(connection, { t: 'refused', refusal })
    else entry.send(connection, { t: 'reply', ref, ok: false, refusal })
  }

  function malformed(connection: Connection, ref: string | null): void {
    no(connection, ref, { code: 'stage.gateway.malformed' })
    if (++connection.malformed >= limits.malformedMax) deps.close(connection, 1008, 'malformed')
  }

  async function act(connection: Connection, message: Act): Promise<void> {
    const { showId } = connection
    if (!showId) return malformed(connection, message.ref)
    if (connection.actsUnderWay >= limits.actsAtOnce) {
      return no(connection, message.ref, { code: 'stage.gateway.too_fast' })
    }
    connection.actsUnderWay++
    try {
      // Asked anew each time: a session may have ended, a role been taken away since.
      const who = await deps.who(connection.token)
      entry.send(connection, await acts.act(who, showId, message))
    } catch (error) {
      deps.log.warn('gateway.session_unreadable', { error: String(error) })
      no(connection, message.ref, { code: 'http.unavailable' })
    } finally {
      connection.actsUnderWay--
    }
  }

  function answer(connection: Connection, message: ClientMessage): void | Promise<void> {
    if (message.t === 'ping') {
      return entry.send(connection, { t: 'pong', at: clock.nowMs(), echo: message.at })
    }
    if ((message.t === 'hello') !== (connection.state === 'new')) {
      return malformed(connection, 'ref' in message ? message.ref : null)
    }
    switch (message.t) {
      case 'hello': return entry.join(connection, message)
      case 'ask': return entry.resync(connection, message.seq)
      case 'react':
        if (connection.showId) acts.react(connection.showId, message.kind)
        return undefined
      case 'market':
        connection.market = message.market
        if (connection.room) connection.room.isCountOld = true
        return undefined
      default: return act(connection, message)
    }
  }

  return {
    hear(connection, text) {
      const nowMs = clock.nowMs()
      connection.heardAtMs = nowMs
      connection.isPinged = false
      if (connection.state === 'closed') return
      if (!connection.patience.take(nowMs)) return deps.close(connection, 1008, 'flood')
      if (text === null) return malformed(connection, null)
      if (Buffer.byteLength(text) > limits.messageBytes) {
        entry.send(connection, { t: 'refused', refusal: { code: 'stage.gateway.too_large' } })
        return deps.close(connection, 1009, 'too large')
      }
      const message = readMessage(text)
      const cost = message.ok && message.value.t === 'ask' ? askCost : 1
      const bucket = connection.person?.bucket ?? connection.allowance
      if (!bucket.take(nowMs, cost)) {
        return no(connection, message.ref, {
          code: 'stage.gateway.too_fast', details: { waitSeconds: 1 },
        })
      }
      if (!message.ok) return malformed(connection, message.ref)
      void answer(connection, message.value)
    },
  }
}
