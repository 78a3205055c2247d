import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import type { Link } from './connection.ts'

const OPEN = 1

/** Writes whole frames straight to the socket: with compression off, `ws` itself never holds a
 *  frame back, so the two cannot mix. */
export function makeWsLink(ws: WebSocket, socket: Socket): Link {
  return {
    kind: 'ws',
    get unsentBytes() { return socket.writableLength },
    write(bytes) {
      if (ws.readyState === OPEN && socket.writable) socket.write(bytes)
    },
    ping() {
      if (ws.readyState === OPEN && socket.writable) ws.ping()
    },
    close(code, why) {
      // A peer that does not read would never see a goodbye.
      if (socket.writableLength > 0 && code === 1008) ws.terminate()
      else ws.close(code, why)
    },
  }
}

const HEARTBEAT = Buffer.from(':\n\n')

export function makeSseLink(response: ServerResponse, socket: Socket): Link {
  const isOpen = () => !response.writableEnded && !response.destroyed && socket.writable
  return {
    kind: 'sse',
    get unsentBytes() { return response.writableLength },
    write(bytes) {
      if (isOpen()) response.write(bytes)
    },
    ping() {
      if (isOpen()) response.write(HEARTBEAT)
    },
    close(code) {
      if (socket.writableLength > 0 && code === 1008) socket.destroy()
      else if (isOpen()) response.end()
    },
  }
}
