import type { Socket } from 'node:net'
import { Fault, ok, type Clock, type Log, type Result, type ShowId, type Timer } from '#kernel'
import { MEDIA_LIMITS, type MediaProblem } from '../contract.ts'
import { makeBackup } from '../live/backup.ts'
import type { Publisher, Show } from '../live/show.ts'
import { parseAudioTag, parseVideoTag } from '#formats/flv'
import type { Handed } from './handed.ts'
import { makeRtmpParser, type RtmpParser } from './parser.ts'

export interface SessionDeps {
  clock: Clock
  log: Log
  /** Whose key this is. A fault means that nobody can say now. */
  authorize(streamKey: string, remoteAddress: string): Promise<Result<ShowId>>
  openShow(id: ShowId): Promise<Show>
  /** A key was refused: counted per address. */
  onWrongKey(remoteAddress: string): void
  /** The front let this one in and has answered it so far: what it said is heard again, and what
   *  we would answer to that is not sent a second time. */
  readonly handed?: Handed
}

type Phase = 'shaking' | 'commanding' | 'asking' | 'publishing' | 'closed'

const KEY_SHAPE = /^[A-Za-z0-9_-]{8,128}$/
const OUTPUT_BYTES_MAX = 65_536
const GOODBYE_MS = 1_000

/** What a person at the encoder can do about it. */
const SENTENCES: Readonly<Record<MediaProblem, string>> = {
  'stage.media.codec_not_supported': 'Set the encoder to H.264 video and AAC audio.',
  'stage.media.already_publishing': 'Another encoder is sending with this key. Stop it first.',
  'stage.media.show_ended': 'This show has ended. Use the key of the next show.',
  'stage.media.stream_malformed': 'The stream cannot be read. Restart the encoder.',
  'stage.media.bitrate_too_high': 'Lower the bitrate of the encoder.',
  'stage.media.offer_unreadable': 'The stream cannot be read. Restart the encoder.',
  'stage.media.whep_unfit': 'Set the encoder to no B-frames and a keyframe every 2 seconds.',
  'stage.media.no_signal': 'Nobody publishes this show now.',
  'stage.media.full': 'This server has no room for one more encoder.',
  'stage.media.moved': 'Only viewers make room.',
  'stage.media.recording_stopped_disk_full': 'The recording stopped: the disk is full.',
  'stage.media.recording_failed': 'The recording stopped.',
}

export interface RtmpSession {
  /** Ends it in good order: the publisher leaves, the peer is told. */
  leave(why: string): void
}

/** One RTMP connection from its first byte to its end. Nothing a peer sends leaves it as an
 *  exception. */
export function makeRtmpSession(socket: Socket, deps: SessionDeps): RtmpSession {
  const { clock, handed } = deps
  const address = handed?.address ?? socket.remoteAddress ?? 'unknown'
  let isBackup = false
  let isHeardAgain = handed !== undefined
  const log = deps.log.child({ connection: `${address}:${socket.remotePort}` })
  let phase: Phase = 'shaking'
  let publisher: Publisher | undefined
  let timer: Timer | undefined

  const limit = (ms: number, why: string): void => {
    timer?.cancel()
    timer = clock.after(ms, () => leave(why))
  }

  const leave = (why: string, problem?: MediaProblem): void => {
    if (phase === 'closed') return
    phase = 'closed'
    timer?.cancel()
    log.info('rtmp closed', { why, problem })
    try {
      publisher?.leave(problem)
    } catch (error) {
      log.error('leaving', { message: (error as Error).message })
    }
    publisher = undefined
    socket.end()
    const last = clock.after(GOODBYE_MS, () => socket.destroy())
    socket.once('close', () => last.cancel())
  }

  const refuse = (code: string, sentence: string, problem?: MediaProblem): void => {
    if (phase === 'closed') return
    const name = code.endsWith('key_unknown')
      ? 'NetStream.Publish.BadName' : 'NetStream.Publish.Rejected'
    parser.sendStatus('error', name, `${code}: ${sentence}`)
    leave(code, problem)
  }

  const admit = async (streamKey: string): Promise<void> => {
    const allowed = handed ? ok(handed.showId) : await deps.authorize(streamKey, address)
    if (!allowed.ok) {
      deps.onWrongKey(address)
      return refuse(allowed.refusal.code, 'This stream key is not accepted.')
    }
    const show = await deps.openShow(allowed.value)
    if (phase !== 'asking') return
    const drop = (problem?: MediaProblem): void => leave('dropped', problem)
    const published = isBackup && !show.isEnded ? ok(makeBackup(show, drop)) : show.publish(drop)
    if (!published.ok) {
      return refuse(published.refusal.code, SENTENCES[published.refusal.code])
    }
    publisher = published.value
    phase = 'publishing'
    parser.admit()
    parser.sendStatus('status', 'NetStream.Publish.Start', 'Send.')
    limit(MEDIA_LIMITS.idleMs, 'idle')
    socket.resume()
  }

  const ask = (streamName: string): void => {
    // It may all come in one piece.
    if (phase === 'shaking' && parser.isShaken) phase = 'commanding'
    if (phase !== 'commanding') return leave('published twice')
    const [streamKey = '', query = ''] = streamName.split('?')
    isBackup = new URLSearchParams(query).has('backup')
    phase = 'asking'
    // Until somebody has said yes, not one more byte is read.
    socket.pause()
    timer?.cancel()
    if (!KEY_SHAPE.test(streamKey)) {
      deps.onWrongKey(address)
      return refuse('stage.show.key_unknown', 'This stream key is not accepted.')
    }
    admit(streamKey).catch((error: unknown) => {
      const code = error instanceof Fault ? error.code : 'stage.media.fault'
      log.warn('publish not decided', { code, message: (error as Error).message })
      refuse(code, 'The server does not answer. Try again in a moment.')
    })
  }

  const media = (kind: 'video' | 'audio', timestampMs: number, payload: Buffer): void => {
    const tag = kind === 'video' ? parseVideoTag(payload) : parseAudioTag(payload)
    const problem = publisher?.push(tag, timestampMs)
    if (!problem) return
    const found = tag.kind === 'unsupported' ? `${tag.codec} is not taken. ` : ''
    refuse(problem, found + SENTENCES[problem], problem)
  }

  const parser: RtmpParser = makeRtmpParser({
    onOutput(bytes) {
      if (socket.destroyed || isHeardAgain) return
      socket.write(bytes)
      // A peer that asks and never reads the answers would fill memory.
      if (socket.writableLength > OUTPUT_BYTES_MAX) socket.destroy()
    },
    onPublish: ask,
    onUnpublish: () => leave('unpublished'),
    onMedia: media,
  })

  const read = (bytes: Buffer): void => {
    if (phase === 'closed') return
    try {
      parser.push(bytes)
    } catch (error) {
      const malformed = publisher && 'stage.media.stream_malformed'
      return leave(`malformed: ${(error as Error).message.slice(0, 100)}`, malformed)
    }
    if (phase === 'shaking' && parser.isShaken) {
      phase = 'commanding'
      limit(MEDIA_LIMITS.publishMs, 'no publish')
    } else if (phase === 'publishing') {
      limit(MEDIA_LIMITS.idleMs, 'idle')
    }
  }

  limit(MEDIA_LIMITS.handshakeMs, 'no handshake')
  socket.setNoDelay(true)
  socket.on('data', read)
  socket.on('error', () => leave('socket error'))
  socket.on('close', () => leave('gone'))
  if (handed) read(handed.prologue)
  isHeardAgain = false
  return { leave }
}
