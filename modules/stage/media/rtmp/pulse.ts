import { connect } from 'node:net'
import type { Clock, Timer } from '#kernel'
import type { Doorstep } from '../contract.ts'
import { writePulse } from './handed.ts'

/** Feels whether the processes that publishers were handed to are awake. A connection alone does
 *  not tell: what is sent to a process that sleeps is taken by the kernel for a long time. */
export interface Pulse {
  /** `end` is called once that process is found dead or asleep; answers how to stop caring. */
  watch(owner: Doorstep, end: () => void): () => void
}

const EVERY_MS = 1_000
const ANSWER_MS = 1_200
const MISSES = 2

export function makePulse(deps: { clock: Clock; internalKey: string }): Pulse {
  const { clock } = deps
  const watched = new Map<string, { ends: Set<() => void>; timer: Timer }>()

  const feel = ({ host, port }: Doorstep): Promise<boolean> => new Promise((done) => {
    const socket = connect({ host, port })
    const timer = clock.after(ANSWER_MS, () => socket.destroy())
    let isAwake = false
    socket.on('error', () => {})
    socket.on('data', () => {
      isAwake = true
      socket.destroy()
    })
    socket.on('close', () => {
      timer.cancel()
      done(isAwake)
    })
    socket.write(writePulse(deps.internalKey))
  })

  return {
    watch(owner, end) {
      const key = `${owner.host}:${owner.port}`
      const stop = (): void => {
        const entry = watched.get(key)
        entry?.ends.delete(end)
        if (!entry || entry.ends.size > 0) return
        entry.timer.cancel()
        watched.delete(key)
      }
      const known = watched.get(key)
      if (known) {
        known.ends.add(end)
        return stop
      }
      let misses = 0
      const look = async (): Promise<void> => {
        misses = await feel(owner) ? 0 : misses + 1
        if (misses >= MISSES) for (const one of watched.get(key)?.ends ?? []) one()
      }
      watched.set(key, { ends: new Set([end]), timer: clock.every(EVERY_MS, () => void look()) })
      return stop
    },
  }
}
