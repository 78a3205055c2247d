import type { Clock, Log, PersonId, Random, ShowId } from '#kernel'
import type { GatewayLimits, GatewayPorts } from './contract.ts'
import type { Connection, Person, Room } from './connection.ts'
import { makeBucket } from './model/bucket.ts'
import { makeRoom } from './room.ts'

/** Who is here: rooms, people, connections and addresses, each bounded. */
export interface Hub {
  readonly rooms: ReadonlyMap<ShowId, Room>
  readonly people: ReadonlyMap<PersonId, Person>
  readonly connections: ReadonlySet<Connection>
  /** The same, in the order in which they are visited. */
  readonly list: readonly Connection[]
  /** Rooms in which something was told and has no number yet. */
  readonly awaited: Set<Room>
  /** False when there are too many already, in all or from there. */
  hasRoomFor(addressKey: string): boolean
  add(connection: Connection): void
  /** The room of a show, made when there is none yet. */
  openRoom(showId: ShowId): Room
  enter(connection: Connection, room: Room): void
  know(personId: PersonId, connection: Connection): void
  personOf(personId: PersonId): Person
  remove(connection: Connection): void
  /** Forgets a room nobody is in. */
  closeRoom(room: Room): void
  /** Lets go of rooms that have been empty for a minute and of people who are gone and calm. */
  tidy(nowMs: number): void
}

const emptyRoomMs = 60_000
const peopleMax = 100_000

export function makeHub(deps: {
  ports: GatewayPorts
  limits: GatewayLimits
  clock: Clock
  random: Random
  log: Log
}): Hub {
  const { limits, clock } = deps
  const rooms = new Map<ShowId, Room>()
  const people = new Map<PersonId, Person>()
  const connections = new Set<Connection>()
  const addresses = new Map<string, number>()
  const list: Connection[] = []
  const awaited = new Set<Room>()

  function personOf(id: PersonId): Person {
    const known = people.get(id)
    if (known) return known
    const bucket = makeBucket(limits.messagesPer10Seconds, 10_000, clock.nowMs())
    const person: Person = { id, connections: new Set(), bucket }
    if (people.size < peopleMax) people.set(id, person)
    return person
  }

  /** The last one takes the free place: leaving costs the same however many there are. */
  function leaveList(connection: Connection): void {
    const last = list.pop()!
    if (last === connection) return
    list[connection.place] = last
    last.place = connection.place
  }

  return {
    rooms, people, connections, personOf, list, awaited,
    hasRoomFor: (key) => connections.size < limits.socketsTotal
      && (addresses.get(key) ?? 0) < limits.socketsPerAddress,
    add(connection) {
      connections.add(connection)
      connection.place = list.push(connection) - 1
      addresses.set(connection.addressKey, (addresses.get(connection.addressKey) ?? 0) + 1)
    },
    openRoom(showId) {
      const known = rooms.get(showId)
      if (known) return known
      const room = makeRoom(showId, deps)
      rooms.set(showId, room)
      return room
    },
    enter(connection, room) {
      connection.room = room
      room.members.add(connection)
      room.isCountOld = true
    },
    know(personId, connection) {
      connection.person = personOf(personId)
      connection.person.connections.add(connection)
    },
    remove(connection) {
      if (!connections.delete(connection)) return
      leaveList(connection)
      const left = (addresses.get(connection.addressKey) ?? 1) - 1
      if (left > 0) addresses.set(connection.addressKey, left)
      else addresses.delete(connection.addressKey)
      connection.person?.connections.delete(connection)
      const { room } = connection
      if (!room?.members.delete(connection)) return
      room.isCountOld = true
      if (room.members.size === 0) room.emptySinceMs = clock.nowMs()
    },
    closeRoom(room) {
      if (room.members.size === 0 && rooms.get(room.showId) === room) rooms.delete(room.showId)
    },
    tidy(nowMs) {
      for (const room of rooms.values()) {
        const isOver = room.members.size === 0 && nowMs - room.emptySinceMs > emptyRoomMs
        if (isOver) rooms.delete(room.showId)
      }
      for (const person of people.values()) {
        const isGone = person.connections.size === 0 && person.bucket.isFull(nowMs)
        if (isGone) people.delete(person.id)
      }
    },
  }
}
