import { createHash, timingSafeEqual } from 'node:crypto'
import type { Socket } from 'node:net'
import { isId, type Clock, type ShowId } from '#kernel'
import type { RenditionName } from '../contract.ts'

/** A publisher that the front let in: from where, to which show, and every byte it had sent. */
export interface Handed {
  readonly address: string
  readonly showId: ShowId
  /** What the server wants for the show; undefined when it leaves the choice to the process. */
  readonly renditions?: readonly RenditionName[] | undefined
  readonly prologue: Buffer
}

const LINE_MAX = 2_048
const HANDED_MS = 2_000
/** What a peer may send before its key is judged: the handshake and 64 commands. */
export const PROLOGUE_MAX = 300_000

const hash = (text: unknown): Buffer => createHash('sha256').update(String(text)).digest()

/** One line that says who is handed over, then what was read from them; the rest follows. */
export function writeHanded(handed: Handed, internalKey: string): Buffer {
  const { prologue, ...rest } = handed
  const line = JSON.stringify({ key: internalKey, ...rest, bytes: prologue.length })
  return Buffer.concat([Buffer.from(`${line}\n`), prologue])
}

/** Asks whether anybody is awake behind that door; the answer is an empty line. */
export const writePulse = (internalKey: string): Buffer =>
  Buffer.from(`${JSON.stringify({ key: internalKey, pulse: true })}\n`)

type Line = 'pulse' | Omit<Handed, 'prologue'> & { bytes: number } | undefined

const readNames = (said: unknown): Pick<Handed, 'renditions'> => !Array.isArray(said) ? {}
  : { renditions: (['360p', 'audio'] as const).filter((name) => said.includes(name)) }

function parseLine(line: string, keyHash: Buffer): Line {
  try {
    const raw = JSON.parse(line) as Record<string, unknown>
    const { key, address, showId, bytes, pulse, renditions } = raw
    if (!timingSafeEqual(hash(key), keyHash)) return undefined
    if (pulse === true) return 'pulse'
    if (!isId('sho', showId)) return undefined
    if (!Number.isSafeInteger(bytes) || (bytes as number) > PROLOGUE_MAX) return undefined
    const count = bytes as number
    return count < 0 ? undefined
      : {
        address: String(address).slice(0, 64), showId: showId as ShowId, bytes: count,
        ...readNames(renditions),
      }
  } catch {
    return undefined
  }
}

/** Reads the beginning of a handed-over connection; ends one that is none. */
export function readHanded(
  socket: Socket, deps: { clock: Clock; internalKey: string }, take: (handed: Handed) => void,
): void {
  const keyHash = hash(deps.internalKey)
  const timer = deps.clock.after(HANDED_MS, () => socket.destroy())
  let held = Buffer.alloc(0)
  const done = (): void => {
    timer.cancel()
    socket.off('data', read)
  }
  const read = (bytes: Buffer): void => {
    held = Buffer.concat([held, bytes])
    const end = held.indexOf(10)
    const isLong = end < 0 ? held.length > LINE_MAX : end > LINE_MAX
    const found = end < 0 || isLong ? undefined
      : parseLine(held.subarray(0, end).toString('utf8'), keyHash)
    if (isLong || (end >= 0 && !found)) {
      done()
      return void socket.destroy()
    }
    if (found === 'pulse') {
      done()
      return void socket.end('\n')
    }
    if (!found || held.length < end + 1 + found.bytes) return
    done()
    socket.pause()
    const rest = held.subarray(end + 1 + found.bytes)
    if (rest.length > 0) socket.unshift(rest)
    // Read on by whoever takes it, once it is let in.
    take({ ...found, prologue: held.subarray(end + 1, end + 1 + found.bytes) })
  }
  socket.on('error', done)
  socket.on('close', done)
  socket.on('data', read)
}
