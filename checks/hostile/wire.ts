import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { systemClock } from '#kernel'

export interface Ask {
  readonly method?: string
  /** As it goes over the wire: nothing is resolved or escaped. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly session?: string | undefined
  readonly body?: string | Uint8Array | undefined
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  /** Code of the refusal; undefined when there is none. */
  readonly code: string | undefined
}

const codeOf = (text: string): string | undefined => {
  try {
    const value = JSON.parse(text) as { refusal?: { code?: unknown } } | null
    return typeof value?.refusal?.code === 'string' ? value.refusal.code : undefined
  } catch {
    return undefined
  }
}

const agent = new Agent({ keepAlive: true, maxSockets: 8 })
const DEADLINE_MS = 8000
const LATE_MS = 200

/** HTTP as a hostile client writes it; browsers and fetch would tidy it up first. */
export function makeWire(url: string) {
  const { hostname, port, host } = new URL(url)
  return {
    ask: ({ method = 'GET', path, headers = {}, session, body }: Ask): Promise<Answer> =>
      new Promise((done, fail) => {
        const call = request({
          hostname, port, method, path, agent, setHost: false, timeout: DEADLINE_MS,
          headers: {
            host, ...(session ? { cookie: `sid=${session}` } : {}),
            ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
            ...headers,
          },
        }, (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('error', fail)
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8')
            done({
              status: response.statusCode ?? 0, headers: response.headers, text, code: codeOf(text),
            })
          })
        })
        call.on('timeout', () => call.destroy(new Error(`no answer: ${method} ${path}`)))
        // Who sends too much may be cut off while the answer is on its way.
        call.on('error', (error) => systemClock.after(LATE_MS, () => fail(error)))
        call.end(body)
      }),
    /** Bytes as they are; what came back until the other side closed, as text. */
    raw: (bytes: string | Uint8Array): Promise<Answer> => new Promise((done, fail) => {
      const chunks: Buffer[] = []
      const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(bytes))
      const end = () => {
        socket.destroy()
        const all = Buffer.concat(chunks).toString('utf8')
        const at = all.indexOf('\r\n\r\n')
        const text = all.slice(at + 4).replace(/^[0-9a-f]+\r\n|\r\n0\r\n\r\n$/g, '')
        const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(all)?.[1] ?? 0)
        done({ status, headers: {}, text, code: codeOf(text) })
      }
      socket.setTimeout(3000, end)
      socket.on('data', (chunk: Buffer) => chunks.push(chunk))
      socket.on('close', end)
      socket.on('error', (error) => { if (chunks.length === 0) fail(error) })
    }),
  }
}

export type Wire = ReturnType<typeof makeWire>
