import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Clock, Log, PersonId, Random, RouteTable, ShowId } from '#kernel'
import type { Who } from '#people/accounts/contract'
import { makeActs } from './acts.ts'
import type { Connection, Room } from './connection.ts'
import { gatewayLimits, type Gateway, type GatewayLimits, type GatewayPorts } from './contract.ts'
import { makeDoor, type ClientOf, type OriginRule } from './door.ts'
import { makeEntry } from './entry.ts'
import { crowdOf } from './crowd.ts'
import { makeFlusher } from './flush.ts'
import { makeHub } from './hub.ts'
import { makeKeeper } from './keeper.ts'
import { gatewayRoutes } from './routes.ts'
import { makeTalk } from './talk.ts'

export { addressKey } from './model/message.ts'
export type { ClientOf, GatewayLimits, OriginRule }

export interface GatewayDeps {
  readonly ports: GatewayPorts
  /** From a session cookie's value to who it is; asked for every act. */
  who(token: string | undefined): Promise<Who>
  readonly web: {
    readonly origin: OriginRule
    /** Name of the session cookie as it is on the wire. */
    readonly cookieName: string
    readonly clientOf: ClientOf
  }
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Other figures for a rig or a test. */
  readonly limits?: Partial<GatewayLimits>
}

export interface RunningGateway extends Gateway {
  /** Takes upgrades on `/ws`. */
  attach(server: Server): void
  /** `GET /sse`, to be mounted as raw HTTP. */
  handleSse(request: IncomingMessage, response: ServerResponse): void
  readonly routes: RouteTable
  /** Figures for /metrics. */
  readMetrics(): { connections: number; rooms: number; tickMs: number; sampledAway: number }
  /** The one address that everybody seems to come from, demo and staff apart; null when there are
   *  several, or nobody. */
  readCrowd(): { address: string; people: number } | null
  /** Says goodbye to everyone and stops its timers. */
  close(): void
}

const pendingMax = 200

/** The realtime gateway: rooms hear one stream, people their own, staff more. */
export function makeGateway(deps: GatewayDeps): RunningGateway {
  const { ports, clock, log, who } = deps
  const limits: GatewayLimits = { ...gatewayLimits, ...deps.limits }
  const hub = makeHub({ ports, limits, clock, random: deps.random, log })

  function onGone(connection: Connection): void {
    connection.state = 'closed'
    hub.remove(connection)
  }
  function close(connection: Connection, code: number, why: string): void {
    if (connection.state === 'closed') return
    onGone(connection)
    connection.link.close(code, why)
  }

  const flusher = makeFlusher({ hub, limits, clock, close })
  const wake = (room: Room) => {
    hub.awaited.add(room)
    flusher.wake()
  }
  const entry = makeEntry({ hub, ports, who, limits, clock, log, close, wake: flusher.wake })
  const acts = makeActs({ ports, hub, log, wake })
  const talk = makeTalk({ acts, entry, limits, clock, log, who, close })
  const door = makeDoor({ hub, entry, talk, limits, clock, log, web: deps.web, onGone })
  const keeper = makeKeeper({ hub, ports, limits, clock, log, who, close, wake })

  // A longer tick takes more lines, so that the sampling stays the same per second.
  const chatMax = () => Math.ceil(limits.chatPerTick * flusher.tickMs / limits.tickMsMin)

  return {
    attach: door.attach,
    handleSse: door.handleSse,
    routes: gatewayRoutes({ acts, entry, hub, clock }),
    tell(showId, event) {
      const room = hub.rooms.get(showId)
      if (room?.pending.add(event, chatMax())) wake(room)
    },
    tellPerson(personId, event) {
      const person = hub.people.get(personId)
      if (!person || person.connections.size === 0) return
      const text = JSON.stringify(event)
      for (const connection of person.connections) {
        connection.ownTexts.push(text)
        if (connection.ownTexts.length > pendingMax) connection.ownTexts.shift()
      }
      flusher.wake()
    },
    tellStaff(showId, event) {
      const room = hub.rooms.get(showId)
      if (!room) return
      room.staff.add(event)
      wake(room)
    },
    count(showId: ShowId) {
      const count = hub.rooms.get(showId)?.count()
      return count ? { ...count, countries: { ...count.countries } }
        : { viewers: 0, demo: 0, countries: {} }
    },
    snapshot: entry.snapshot,
    drop(personId: PersonId) {
      for (const connection of [...hub.people.get(personId)?.connections ?? []]) {
        close(connection, 4001, 'session ended')
      }
    },
    readMetrics() {
      let sampledAway = 0
      for (const room of hub.rooms.values()) sampledAway += room.pending.sampledAway
      return {
        connections: hub.connections.size, rooms: hub.rooms.size, tickMs: flusher.tickMs,
        sampledAway,
      }
    },
    readCrowd: () => crowdOf(hub.connections),
    close() {
      keeper.stop()
      flusher.stop()
      for (const connection of [...hub.connections]) close(connection, 1001, 'going away')
      door.close()
    },
  }
}
