import { createServer, type Server, type Socket } from 'node:net'
import type { Log } from '#kernel'
import { MEDIA_LIMITS } from '../contract.ts'
import type { RtmpSession } from './session.ts'

export interface RtmpServer {
  listen(port: number, host: string): Promise<number>
  readonly connections: number
  close(): Promise<void>
}

const MINUTE_MS = 60_000
const ADDRESSES_MAX = 10_000

/** Counts wrong keys per address and minute; forgets everything when it grows too large. */
export function makeKeyGuard(clock: { steadyMs(): number }) {
  const wrong = new Map<string, { count: number; sinceMs: number }>()
  return {
    note(address: string): void {
      const now = clock.steadyMs()
      const entry = wrong.get(address)
      if (entry && now - entry.sinceMs < MINUTE_MS) {
        entry.count++
        return
      }
      if (wrong.size >= ADDRESSES_MAX) wrong.clear()
      wrong.set(address, { count: 1, sinceMs: now })
    },
    isBlocked(address: string): boolean {
      const entry = wrong.get(address)
      return entry !== undefined && entry.count >= MEDIA_LIMITS.wrongKeysPerMinuteMax
        && clock.steadyMs() - entry.sinceMs < MINUTE_MS
    },
  }
}

export function makeRtmpServer(deps: {
  readonly clock: { steadyMs(): number }
  readonly log: Log
  /** What is done with one that is let in. */
  open(socket: Socket, onWrongKey: (address: string) => void): RtmpSession
  readonly connectionsMax?: number
  /** They all come from the front, which has counted them per address. */
  readonly isBehindFront?: boolean
}): RtmpServer {
  const { connectionsMax = MEDIA_LIMITS.connectionsMax, isBehindFront = false } = deps
  const sessions = new Map<Socket, RtmpSession>()
  const perAddress = new Map<string, number>()
  const guard = makeKeyGuard(deps.clock)

  const hasRoom = (address: string): boolean =>
    sessions.size < connectionsMax && (isBehindFront
      || ((perAddress.get(address) ?? 0) < MEDIA_LIMITS.connectionsPerAddressMax
        && !guard.isBlocked(address)))

  const accept = (socket: Socket): void => {
    const address = socket.remoteAddress ?? 'unknown'
    if (!hasRoom(address)) {
      socket.on('error', () => {})
      socket.destroy()
      return
    }
    perAddress.set(address, (perAddress.get(address) ?? 0) + 1)
    socket.once('close', () => {
      sessions.delete(socket)
      const left = (perAddress.get(address) ?? 1) - 1
      if (left > 0) perAddress.set(address, left)
      else perAddress.delete(address)
    })
    sessions.set(socket, deps.open(socket, (from) => guard.note(from)))
  }

  const server: Server = createServer(accept)
  return {
    listen: (port, host) => new Promise((done, fail) => {
      server.once('error', fail)
      server.listen(port, host, () => {
        server.off('error', fail)
        server.on('error', (error) => deps.log.error('rtmp', { message: error.message }))
        const bound = server.address()
        done(typeof bound === 'object' && bound ? bound.port : port)
      })
    }),
    get connections() { return sessions.size },
    close: () => new Promise((done) => {
      server.close(() => done())
      for (const session of sessions.values()) session.leave('stopping')
    }),
  }
}
