import { connect, type Socket } from 'node:net'
import { systemClock } from '#kernel'

interface Answer { readonly status: number; readonly body: string }

/** A connection that is kept, with one question at a time: lean enough to have 500 of them. */
export interface Wire {
  get(path: string): Promise<Answer>
  close(): void
}

export function openWire(port: number): Wire {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true })
  let text = ''
  let waiting: { done: (answer: Answer) => void; fail: (error: Error) => void } | undefined
  const end = (error: Error): void => {
    waiting?.fail(error)
    waiting = undefined
  }
  socket.setEncoding('latin1')
  socket.on('error', end).on('close', () => end(new Error('closed')))
  socket.on('data', (chunk: string) => {
    text += chunk
    const head = text.indexOf('\r\n\r\n')
    if (head < 0) return
    const length = Number(/content-length: (\d+)/i.exec(text.slice(0, head))?.[1] ?? 0)
    if (text.length < head + 4 + length) return
    const answer = { status: Number(text.slice(9, 12)), body: text.slice(head + 4) }
    text = ''
    const one = waiting
    waiting = undefined
    one?.done(answer)
  })
  return {
    get: (path) => new Promise((done, fail) => {
      waiting = { done, fail }
      socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)
    }),
    close: () => void socket.destroy(),
  }
}

export interface Seen {
  parts: number
  playlists: number
  troubles: string[]
  /** How long each part took from being asked for as "the next" to being here. */
  waitsMs: number[]
  last: string
}

const PART = /EXT-X-PART:[^\n]*URI="(p(\d+)\.(\d+)\.m4s)"/g

/** Follows the live edge as a player does: asks for the playlist with the next part in it, then for
 *  every part that is new. */
export async function follow(
  port: number, base: string, untilMs: number,
): Promise<Seen> {
  const wire = openWire(port)
  const seen: Seen = { parts: 0, playlists: 0, troubles: [], waitsMs: [], last: '' }
  let [msn, part] = [-1, -1]
  while (systemClock.steadyMs() < untilMs) {
    const query = msn < 0 ? '' : `?_HLS_msn=${msn}&_HLS_part=${part + 1}`
    const askedMs = systemClock.steadyMs()
    const { status, body } = await wire.get(`${base}/live.m3u8${query}`)
    seen.playlists++
    if (status !== 200) {
      seen.troubles.push(`${query} ${status}`)
      await systemClock.sleep(200)
      continue
    }
    const listed = [...body.matchAll(PART)]
    const fresh = msn < 0 ? listed.slice(-1) : listed.filter(([, , m, p]) =>
      Number(m) > msn || (Number(m) === msn && Number(p) > part))
    if (msn >= 0) seen.waitsMs.push(systemClock.steadyMs() - askedMs)
    for (const [, name, m, p] of fresh) {
      const got = await wire.get(`${base}/${name}`)
      if (got.status !== 200) seen.troubles.push(`${name} ${got.status}`)
      seen.parts++
      seen.last = name!
      ;[msn, part] = [Number(m), Number(p)]
    }
  }
  wire.close()
  return seen
}
