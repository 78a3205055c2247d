import type { Clock, Log } from '#kernel'
import type { Who } from '#people/accounts/contract'
import type { GatewayLimits, GatewayPorts } from './contract.ts'
import type { Connection, Room } from './connection.ts'
import type { Hub } from './hub.ts'
import { viewersEvent } from './room.ts'

const beatMs = 1000
const staffCheckBeats = 30

/** Once a second: counts, pings, and goodbyes to those who are silent or may no longer be here. */
export function makeKeeper(deps: {
  hub: Hub
  ports: GatewayPorts
  limits: GatewayLimits
  clock: Clock
  log: Log
  who(token: string | undefined): Promise<Who>
  close(connection: Connection, code: number, why: string): void
  wake(room: Room): void
}) {
  const { hub, ports, limits, clock } = deps
  let beats = 0
  let told = new WeakMap<Room, string>()

  function tellCounts(): void {
    for (const room of hub.rooms.values()) {
      const count = room.count()
      const text = JSON.stringify(count)
      if (told.get(room) === text) continue
      told.set(room, text)
      room.pending.add(viewersEvent(count), 0)
      room.staff.add({ k: 'countries', countries: count.countries })
      deps.wake(room)
    }
  }

  function checkSilence(connection: Connection, nowMs: number): void {
    if (connection.state === 'new') {
      if (nowMs - connection.openedAtMs > limits.helloSeconds * 1000) {
        deps.close(connection, 1008, 'no hello')
      }
      return
    }
    const idleMs = limits.idleSeconds * 1000
    const silentMs = nowMs - connection.heardAtMs
    if (connection.link.kind === 'ws' && silentMs > idleMs) {
      return deps.close(connection, 1008, 'silent')
    }
    if (silentMs < idleMs / 2 || connection.isPinged) return
    connection.link.ping()
    // A stream of events cannot answer: its next heartbeat is due after the same time again.
    if (connection.link.kind === 'sse') connection.heardAtMs = nowMs - idleMs / 4
    else connection.isPinged = true
  }

  /** A session may end and a role be taken away while a window stays open. */
  async function checkStaff(): Promise<void> {
    for (const connection of hub.connections) {
      if (!connection.isStaff || connection.state === 'closed') continue
      const who = await deps.who(connection.token)
      if (!ports.allowed(who, 'studio.enter')) deps.close(connection, 4001, 'session ended')
    }
  }

  const timer = clock.every(beatMs, () => {
    const nowMs = clock.nowMs()
    tellCounts()
    for (const connection of hub.connections) checkSilence(connection, nowMs)
    hub.tidy(nowMs)
    if (++beats % staffCheckBeats === 0) {
      checkStaff().catch((error: unknown) =>
        deps.log.warn('gateway.staff_unchecked', { error: String(error) }))
    }
  })
  return {
    stop() {
      timer.cancel()
      told = new WeakMap()
    },
  }
}
