import { connect, type Socket } from 'node:net'
import type { Clock, Log, Result, ShowId, Timer } from '#kernel'
import { MEDIA_LIMITS, type Doorstep, type RenditionName } from '../contract.ts'
import { PROLOGUE_MAX, writeHanded } from './handed.ts'
import { makeRtmpParser, type RtmpParser } from './parser.ts'
import type { Pulse } from './pulse.ts'
import type { RtmpSession } from './session.ts'

export interface FrontDeps {
  readonly clock: Clock
  readonly log: Log
  readonly internalKey: string
  /** Whose key this is and which process owns that show now. A fault: nobody can say now. */
  locate(streamKey: string, remoteAddress: string): Promise<Result<{
    readonly showId: ShowId; readonly owner: Doorstep
    readonly renditions?: readonly RenditionName[] | undefined
  }>>
}

const KEY_SHAPE = /^[A-Za-z0-9_-]{8,128}$/
const CONNECT_MS = 1_000
/** A process that died a moment ago is asked for again until the server has noticed. */
const TRIES = 8
const AGAIN_MS = 400
const GOODBYE_MS = 1_000
const OUTPUT_BYTES_MAX = 65_536

function reach({ host, port }: Doorstep): Promise<Socket> {
  return new Promise((done, fail) => {
    const socket = connect({ host, port, noDelay: true })
    socket.setTimeout(CONNECT_MS, () => socket.destroy(new Error('no answer')))
    socket.once('error', fail)
    socket.once('connect', () => {
      socket.off('error', fail)
      socket.setTimeout(0)
      done(socket)
    })
  })
}

/** Both ends as one: bytes go through unread, and the end of one is the end of the other. The
 *  publisher of a process that sleeps is let go, so that it comes again. */
function join(outside: Socket, inside: Socket, watch: (end: () => void) => () => void): void {
  const end = (): void => {
    unwatch()
    outside.destroy()
    inside.destroy()
  }
  const unwatch = watch(end)
  for (const socket of [outside, inside]) socket.on('error', end).on('close', end)
  outside.pipe(inside)
  inside.pipe(outside)
}

/** One RTMP connection up to its key; from there on the process that owns the show has it. */
export function makeFrontSession(
  socket: Socket, deps: FrontDeps & { pulse: Pulse; onWrongKey(address: string): void },
): RtmpSession {
  const { clock } = deps
  const address = socket.remoteAddress ?? 'unknown'
  const log = deps.log.child({ connection: `${address}:${socket.remotePort}` })
  let phase: 'shaking' | 'commanding' | 'asking' | 'joined' | 'closed' = 'shaking'
  let heard: Buffer[] = []
  let heardBytes = 0
  let timer: Timer | undefined

  const limit = (ms: number, why: string): void => {
    timer?.cancel()
    timer = clock.after(ms, () => leave(why))
  }
  const leave = (why: string): void => {
    if (phase === 'closed') return
    if (phase === 'joined') return void socket.destroy()
    phase = 'closed'
    timer?.cancel()
    log.info('rtmp closed', { why })
    socket.end()
    const last = clock.after(GOODBYE_MS, () => socket.destroy())
    socket.once('close', () => last.cancel())
  }
  const refuse = (code: string, sentence: string): void => {
    if (phase === 'closed') return
    const name = code.endsWith('key_unknown')
      ? 'NetStream.Publish.BadName' : 'NetStream.Publish.Rejected'
    parser.sendStatus('error', name, `${code}: ${sentence}`)
    leave(code)
  }

  const admit = async (streamKey: string): Promise<void> => {
    for (let attempt = 1; phase === 'asking'; attempt++) {
      const found = await deps.locate(streamKey, address)
      if (!found.ok) {
        deps.onWrongKey(address)
        return refuse(found.refusal.code, 'This stream key is not accepted.')
      }
      const { showId, owner, renditions } = found.value
      const inside = await reach(owner).catch((error: unknown) => {
        if (attempt >= TRIES) throw error
        return undefined
      })
      if (!inside) {
        await clock.sleep(AGAIN_MS)
        continue
      }
      if (phase !== 'asking') return void inside.destroy()
      phase = 'joined'
      timer?.cancel()
      socket.off('data', read)
      inside.write(writeHanded({
        address, showId, renditions, prologue: Buffer.concat(heard),
      }, deps.internalKey))
      heard = []
      log.info('handed over', { showId, port: owner.port })
      return join(socket, inside, (end) => deps.pulse.watch(owner, end))
    }
  }

  const ask = (streamName: string): void => {
    // It may all come in one piece.
    if (phase === 'shaking' && parser.isShaken) phase = 'commanding'
    if (phase !== 'commanding') return leave('published twice')
    const streamKey = streamName.split('?')[0] ?? ''
    phase = 'asking'
    socket.pause()
    timer?.cancel()
    if (!KEY_SHAPE.test(streamKey)) {
      deps.onWrongKey(address)
      return refuse('stage.show.key_unknown', 'This stream key is not accepted.')
    }
    asked = streamKey
  }
  /** Answered once the bytes that carried it are noted. */
  let asked: string | undefined

  const parser: RtmpParser = makeRtmpParser({
    onOutput(bytes) {
      if (socket.destroyed) return
      socket.write(bytes)
      if (socket.writableLength > OUTPUT_BYTES_MAX) socket.destroy()
    },
    onPublish: ask,
    onUnpublish: () => leave('unpublished'),
    onMedia: () => leave('media before the key was accepted'),
  })

  const read = (bytes: Buffer): void => {
    if (phase === 'closed') return
    heard.push(bytes)
    heardBytes += bytes.length
    try {
      if (heardBytes > PROLOGUE_MAX) throw new Error('too much before the key')
      parser.push(bytes)
    } catch (error) {
      return leave(`malformed: ${(error as Error).message.slice(0, 100)}`)
    }
    if (phase === 'shaking' && parser.isShaken) {
      phase = 'commanding'
      limit(MEDIA_LIMITS.publishMs, 'no publish')
    }
    if (asked === undefined || phase !== 'asking') return
    const streamKey = asked
    asked = undefined
    admit(streamKey).catch((error: unknown) => {
      log.warn('publish not decided', { message: (error as Error).message })
      refuse('stage.media.server_silent', 'The server does not answer. Try again in a moment.')
    })
  }

  limit(MEDIA_LIMITS.handshakeMs, 'no handshake')
  socket.setNoDelay(true)
  socket.on('data', read)
  socket.on('error', () => leave('socket error'))
  socket.on('close', () => leave('gone'))
  return { leave }
}
