import { constants } from 'node:fs'
import { appendFile, mkdir, open, writeFile, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '#kernel'
import type { RecordedSegment, Recorder, RecorderTold, RecordingProblem } from './contract.ts'
import { writeLine, type IndexLine } from './index-file.ts'

export const initFile = (folder: string, id: number): string => join(folder, `init-${id}.mp4`)
export const segmentFile = (folder: string, msn: number): string => join(folder, `s${msn}.m4s`)
export const indexFile = (folder: string): string => join(folder, 'index.jsonl')
/** The highest segment number given out, of fixed length: it is written in place, so that it
 *  stays right on a full disk, and numbers do not step back after that. */
export const headFile = (folder: string): string => join(folder, 'head')
const HEAD_BYTES = 16

/** What may wait for a slow disk before the recording gives way to the live picture. */
const BACKLOG_BYTES_MAX = 64_000_000

const isFull = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')

export function makeRecorder(deps: {
  folder: string; log: Log; told: RecorderTold
}): Recorder {
  const { told } = deps
  let chain: Promise<void> = mkdir(deps.folder, { recursive: true }).then(() => {})
  let head: Promise<FileHandle> | undefined
  let backlogBytes = 0
  let problem: RecordingProblem | undefined
  let handle: FileHandle | undefined
  let current: Omit<RecordedSegment, 'durationTicks'> | undefined

  const stop = async (reason: RecordingProblem, cause?: unknown): Promise<void> => {
    if (problem !== undefined) return
    problem = reason
    current = undefined
    const message = cause instanceof Error ? cause.message : undefined
    deps.log.error('recording stopped', { reason, message })
    told.onProblem(reason)
    const broken = handle
    handle = undefined
    await broken?.close().catch(() => {})
  }

  const then = (work: () => Promise<void>, sizeBytes = 0): void => {
    if (problem !== undefined) return
    if (backlogBytes + sizeBytes > BACKLOG_BYTES_MAX) {
      void stop('failed')
      return
    }
    backlogBytes += sizeBytes
    chain = chain
      .then(() => (problem === undefined ? work() : undefined))
      .catch((error: unknown) => stop(isFull(error) ? 'disk_full' : 'failed', error))
      .finally(() => { backlogBytes -= sizeBytes })
  }

  const addLine = (line: IndexLine): Promise<void> =>
    appendFile(indexFile(deps.folder), writeLine(line))

  const noteHead = (msn: number): void => {
    head ??= chain.then(() => open(headFile(deps.folder), constants.O_RDWR | constants.O_CREAT))
    const text = String(msn).padEnd(HEAD_BYTES)
    head = head.then(async (file) => {
      await file.write(text, 0, 'latin1')
      return file
    })
    head.catch(() => { head = undefined })
  }

  return {
    init: (id, bytes) => then(() => writeFile(initFile(deps.folder, id), bytes), bytes.length),
    open(segment, partTargetTicks) {
      noteHead(segment.msn)
      then(async () => {
        handle = await open(segmentFile(deps.folder, segment.msn), 'w')
        current = segment
        await addLine({ is: 'open', ...segment, partTargetTicks: partTargetTicks ?? null })
      })
    },
    part: (bytes) => then(async () => {
      if (current) await handle?.appendFile(bytes)
    }, bytes.length),
    close: (msn, durationTicks) => then(async () => {
      const segment = current
      current = undefined
      await handle?.close()
      handle = undefined
      if (segment?.msn !== msn) return
      await addLine({ is: 'close', msn, durationTicks })
      told.onSegment({ ...segment, durationTicks })
    }),
    end() {
      problem = undefined
      then(() => addLine({ is: 'end' }))
    },
    resume() { problem = undefined },
    get problem() { return problem },
    async flushed() {
      await chain
      await head?.catch(() => {})
    },
    async release() {
      await this.flushed()
      await handle?.close().catch(() => {})
      const file = await head?.catch(() => undefined)
      head = undefined
      await file?.close().catch(() => {})
    },
  }
}
