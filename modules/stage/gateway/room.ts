import { secretToken, type Clock, type Random, type ShowId } from '#kernel'
import type { GatewayLimits, GatewayPorts, RoomEvent } from './contract.ts'
import type { Connection, Count, Room } from './connection.ts'
import { makePending, makeStaffPending } from './model/pending.ts'
import { makeRing } from './model/ring.ts'

const snapshotMs = 500

export function makeRoom(showId: ShowId, deps: {
  ports: GatewayPorts
  limits: GatewayLimits
  clock: Clock
  random: Random
}): Room {
  const { ports, clock, limits } = deps
  const members = new Set<Connection>()
  const ring = makeRing(limits.ringEvents)
  const pending = makePending()
  let counted: Count | null = null
  let snapshot: { seq: number; text: string; atMs: number } | null = null
  let reading: Promise<{ seq: number; text: string } | null> | null = null

  async function read() {
    // Taken before reading: what happens meanwhile is told again on top, which does no harm.
    const { seq } = ring
    const room = await ports.snapshot(showId)
    if (!room) return null
    pending.forgetTold()
    snapshot = { seq, text: JSON.stringify(room), atMs: clock.nowMs() }
    return snapshot
  }

  const room: Room = {
    showId, epoch: secretToken(deps.random, 9), ring, pending, members, staff: makeStaffPending(),
    emptySinceMs: clock.nowMs(), isCountOld: true, memo: null,
    count() {
      if (counted && !room.isCountOld) return counted
      room.isCountOld = false
      counted = countMembers(members)
      return counted
    },
    async readSnapshot() {
      const isFresh = snapshot !== null && clock.nowMs() - snapshot.atMs < snapshotMs
        && ring.seq - snapshot.seq < limits.ringEvents / 2
      if (isFresh) return snapshot
      reading ??= read().finally(() => { reading = null })
      return reading
    },
  }
  return room
}

/** A person counts once, however many windows they have open; staff at work do not count. */
function countMembers(members: ReadonlySet<Connection>): Count {
  const people = new Set<string>()
  const countries: Record<string, number> = {}
  let demo = 0
  let viewers = 0
  for (const { id, who, isStaff, market, country: from } of members) {
    const key = who?.personId ?? `#${id}`
    if (isStaff || people.has(key)) continue
    people.add(key)
    if (who?.isDemo) {
      demo++
      continue
    }
    viewers++
    const country = market ?? from ?? 'ZZ'
    countries[country] = (countries[country] ?? 0) + 1
  }
  return { viewers, demo, countries }
}

/** People in the room, as everyone hears it. */
export const viewersEvent = ({ viewers, demo }: Count): RoomEvent =>
  ({ k: 'viewers', count: viewers, demo })
