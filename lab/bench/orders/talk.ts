import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { OfferId, ProductId, ShowId, VariantId } from '#kernel'

/** The sale that every process of the bench knows. */
export interface Scene {
  readonly showId: ShowId
  readonly productId: ProductId
  readonly variantIds: readonly [VariantId, VariantId]
  readonly offerId: OfferId
}

export interface ServerPlan {
  readonly url: string
  readonly scene: Scene
  /** naive: one transaction per order on so many connections; batch: the product's way. */
  readonly mode: 'naive' | 'batch'
  readonly poolSize: number
}

export interface ServerReady { readonly httpPort: number; readonly socketPort: number }

export interface Usage { readonly cpuSeconds: number }

export interface LoadPlan {
  readonly scene: Scene
  readonly ports: readonly number[]
  readonly wire: 'http' | 'socket'
  readonly clients: number
  /** Stops after so many seconds, or so many orders. */
  readonly seconds?: number
  readonly attempts?: number
  /** Different buyers, counted from `firstBuyer`. */
  readonly buyers: number
  readonly firstBuyer: number
}

export interface LoadResult {
  readonly seconds: number
  readonly answered: number
  readonly held: number
  readonly refused: Readonly<Record<string, number>>
  readonly failed: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Orders that were acknowledged, to be found in the database. */
  readonly acknowledged: readonly string[]
}

export interface Helper<Reply> {
  ask<T = Reply>(message: unknown): Promise<T>
  stop(): Promise<void>
}

const helpers = new Set<ChildProcess>()
process.on('exit', () => { for (const helper of helpers) helper.kill('SIGKILL') })

/** A process of the bench that answers one message at a time. */
export function startHelper<Reply>(file: string): Helper<Reply> {
  const child = fork(join(import.meta.dirname, file), [], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  helpers.add(child)
  const ended = new Promise<void>((done) => {
    child.once('exit', () => {
      helpers.delete(child)
      done()
    })
  })
  return {
    ask: <T>(message: unknown) => new Promise<T>((done, fail) => {
      const onExit = (code: number | null) => fail(new Error(`${file} ended with ${code}`))
      child.once('exit', onExit)
      child.once('message', (answer) => {
        child.off('exit', onExit)
        done(answer as T)
      })
      child.send(message as object)
    }),
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** In the helper: answers every message of its parent. */
export function answerParent(answer: (message: never) => Promise<unknown>): void {
  process.on('message', (message) => {
    answer(message as never).then(
      (reply) => process.send!(reply),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  })
  process.on('disconnect', () => process.exit(0))
}
