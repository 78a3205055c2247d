import type { ClientMessage, ServerFrame } from '#stage/gateway/contract'

/** As much of a WebSocket as is used here. */
export interface SocketLike {
  readonly readyState: number
  send(text: string): void
  close(): void
  addEventListener(name: 'open' | 'close' | 'error', listen: () => void): void
  addEventListener(name: 'message', listen: (event: { data: unknown }) => void): void
}

/** As much of an EventSource as is used here. */
export interface StreamLike {
  close(): void
  addEventListener(name: 'open' | 'error', listen: () => void): void
  addEventListener(name: 'message', listen: (event: { data: unknown }) => void): void
}

/** How to reach the house, where it is not the browser's own way. */
export interface Transport {
  makeSocket?(url: string): SocketLike
  makeStream?(url: string): StreamLike
  fetch?: typeof fetch
}

export interface Hears {
  opened(): void
  frame(frame: ServerFrame): void
  closed(): void
}

/** One connection, whichever way it goes. `closed` is said once, and not after `end`. */
export interface Line {
  readonly kind: 'ws' | 'sse'
  send(message: ClientMessage): void
  end(): void
}

export type Hello = Extract<ClientMessage, { t: 'hello' }>

function readFrame(data: unknown): ServerFrame | null {
  try {
    const frame: unknown = JSON.parse(String(data))
    return typeof frame === 'object' && frame !== null && 't' in frame ? frame as ServerFrame : null
  } catch {
    return null
  }
}

function once(hears: Hears) {
  let isOver = false
  return {
    frame(data: unknown) {
      const frame = isOver ? null : readFrame(data)
      if (frame) hears.frame(frame)
    },
    opened: () => { if (!isOver) hears.opened() },
    closed() {
      if (isOver) return
      isOver = true
      hears.closed()
    },
    mute: () => { isOver = true },
  }
}

const OPEN = 1

export function openSocket(
  baseUrl: string, hello: Hello, transport: Transport, hears: Hears,
): Line {
  const url = `${baseUrl.replace(/^http/, 'ws')}/ws`
  const socket = transport.makeSocket?.(url) ?? new WebSocket(url) as unknown as SocketLike
  const told = once(hears)
  socket.addEventListener('open', () => {
    told.opened()
    socket.send(JSON.stringify(hello))
  })
  socket.addEventListener('message', (event) => told.frame(event.data))
  socket.addEventListener('error', told.closed)
  socket.addEventListener('close', told.closed)
  return {
    kind: 'ws',
    send(message) {
      if (socket.readyState === OPEN) socket.send(JSON.stringify(message))
    },
    end() {
      told.mute()
      socket.close()
    },
  }
}

const flag = (value: unknown) => (value === true ? '1' : String(value))

export function openStream(
  baseUrl: string, hello: Hello, transport: Transport, hears: Hears,
): Line {
  const query = Object.entries(hello).filter(([name, value]) => name !== 't' && value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(flag(value))}`).join('&')
  const url = `${baseUrl}/sse?${query}`
  const { EventSource: Native } = globalThis as { EventSource?: new (url: string) => StreamLike }
  const stream = transport.makeStream?.(url) ?? (Native ? new Native(url) : null)
  const told = once(hears)
  // Where there are no streams, sockets are tried again after the usual wait.
  if (!stream) {
    queueMicrotask(told.closed)
    return { kind: 'sse', send: () => {}, end: told.mute }
  }
  stream.addEventListener('open', told.opened)
  stream.addEventListener('message', (event) => told.frame(event.data))
  stream.addEventListener('error', () => {
    // An EventSource would come back by itself, but with the old seq in its address.
    stream.close()
    told.closed()
  })
  const post = transport.fetch ?? fetch
  return {
    kind: 'sse',
    send(message) {
      void say(post, `${baseUrl}/api/rooms/${hello.show}/say`, message, told.frame)
    },
    end() {
      told.mute()
      stream.close()
    },
  }
}

async function say(
  post: typeof fetch, url: string, message: ClientMessage, hear: (data: string) => void,
): Promise<void> {
  const refuse = (refusal: unknown) => hear(JSON.stringify('ref' in message
    ? { t: 'reply', ref: message.ref, ok: false, refusal } : { t: 'none' }))
  try {
    const response = await post(url, {
      method: 'POST', credentials: 'same-origin',
      headers: { 'content-type': 'application/json' }, body: JSON.stringify(message),
    })
    const answer = await response.json() as { frames?: unknown[]; refusal?: unknown }
    for (const frame of answer.frames ?? []) hear(JSON.stringify(frame))
    if (!answer.frames) refuse(answer.refusal ?? { code: 'sdk.bad_answer' })
  } catch {
    refuse({ code: 'sdk.offline' })
  }
}
