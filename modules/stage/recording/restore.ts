import { appendFile, readFile, stat } from 'node:fs/promises'
import { readFragments, type FragmentInfo } from '#formats/fragment'
import { TICKS_PER_SECOND, VIDEO_TRACK } from '#formats/init-segment'
import type { LoadedSegment, RecordedSegment, Restored } from './contract.ts'
import { readIndex, writeLine } from './index-file.ts'
import { headFile, indexFile, initFile, segmentFile } from './recorder.ts'

const INDEX_BYTES_MAX = 64_000_000

export async function readText(path: string): Promise<string | undefined> {
  try {
    if ((await stat(path)).size > INDEX_BYTES_MAX) return undefined
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Sound runs on its own clock, which its init segment tells (mdhd of the only track). */
function soundRate(init: Buffer): number {
  const at = init.indexOf('mdhd', 0, 'latin1')
  return at < 0 || at + 20 > init.length ? TICKS_PER_SECOND : init.readUInt32BE(at + 16)
}

/** The parts of a recorded segment, in order. */
export async function readParts(folder: string, segment: { msn: number; initId: number }) {
  const file = await readFile(segmentFile(folder, segment.msn)).catch(() => Buffer.alloc(0))
  const init = await readFile(initFile(folder, segment.initId)).catch(() => Buffer.alloc(0))
  const rate = soundRate(init)
  const ticksOf = (track: FragmentInfo): number => {
    const scale = track.trackId === VIDEO_TRACK ? 1 : TICKS_PER_SECOND / rate
    return Math.round((track.time + track.duration) * scale) - Math.round(track.time * scale)
  }
  return readFragments(file).flatMap(({ bytes, tracks }) => {
    const lead = tracks[0]
    return lead ? [{ bytes, ticks: ticksOf(lead), isIndependent: lead.startsWithKey }] : []
  })
}

/** Closes the segment that was open when the process died, with the parts that reached the disk. */
async function closeTorn(
  folder: string, open: Omit<RecordedSegment, 'durationTicks'>,
): Promise<RecordedSegment | undefined> {
  const parts = await readParts(folder, open)
  const durationTicks = parts.reduce((sum, part) => sum + part.ticks, 0)
  if (durationTicks === 0) return undefined
  const line = writeLine({ is: 'close', msn: open.msn, durationTicks })
  // The line before may be torn as well: an empty line costs nothing.
  await appendFile(indexFile(folder), '\n' + line).catch(() => {})
  return { ...open, durationTicks }
}

async function readTail(
  folder: string, recorded: readonly RecordedSegment[], tailTicks: number,
): Promise<LoadedSegment[]> {
  const tail: LoadedSegment[] = []
  let ticks = 0
  for (let at = recorded.length - 1; at >= 0 && ticks < tailTicks; at--) {
    const segment = recorded[at]!
    const isGap = tail[0] !== undefined && tail[0].msn !== segment.msn + 1
    if (isGap) break
    tail.unshift({ ...segment, parts: await readParts(folder, segment), isClosed: true })
    ticks += segment.durationTicks
  }
  return tail
}

/** A show as its folder tells it, its last seconds in memory; undefined when it never recorded
 *  anything. */
export async function restoreShow(
  folder: string, tailSeconds: number,
): Promise<Restored | undefined> {
  const text = await readText(indexFile(folder))
  if (text === undefined) return undefined
  const index = readIndex(text)
  const torn = index.open && await closeTorn(folder, index.open)
  const recorded = torn ? [...index.segments, torn] : [...index.segments]
  const last = recorded.at(-1)
  // A torn segment without one whole part gives its number back: numbers have no gaps. Only
  // numbers that live had after the recording stopped are left behind, with the old window.
  const known = Math.max(last?.msn ?? -1, index.open?.msn ?? -1)
  const head = Number((await readText(headFile(folder)))?.trim() || -1)
  const isBehind = Number.isSafeInteger(head) && head > known
  const segments = isBehind ? []
    : await readTail(folder, recorded, tailSeconds * TICKS_PER_SECOND)
  const before = recorded.slice(0, recorded.length - segments.length)
  return {
    recorded,
    nextInitId: recorded.reduce((most, segment) => Math.max(most, segment.initId + 1), 0),
    startTicks: last ? last.ticks + last.durationTicks : 0,
    window: {
      segments,
      nextMsn: isBehind ? head + 1 : (last?.msn ?? -1) + 1,
      discontinuitySequence: before.filter((segment) => segment.isDiscontinuity).length,
      partTargetTicks: index.partTargetTicks,
      isEnded: index.isEnded,
    },
  }
}
