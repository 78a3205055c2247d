import { open, readFile, type FileHandle } from 'node:fs/promises'
import { makeMovie, type Movie } from './model/movie.ts'
import { readRuns, readTracks, type TrackHead } from './model/samples.ts'
import type { MovieBytes, RecordedSegment, ReplayLine } from './contract.ts'
import { initFile, segmentFile } from './recorder.ts'

/** With the tracks that it has. */
export interface MovieFile extends MovieBytes {
  readonly tracks: readonly TrackHead[]
}

export type MovieLine = ReplayLine & Pick<RecordedSegment, 'ticks'>

interface Piece { readonly at: number; readonly offset: number; readonly length: number }
interface Source { readonly path: string; readonly start: number; readonly pieces: Piece[] }

/** Boxes before the media of a part: far below this, as a part is 0.2 s. */
const HEAD_BYTES = 4_096
const READ_BYTES = 256 * 1024

async function readAt(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length)
  const { bytesRead } = await file.read(bytes, 0, length, at)
  return bytes.subarray(0, bytesRead)
}

/** The next part of a segment file: its index and where its media lies. */
async function readPart(file: FileHandle, at: number, end: number) {
  let head = await readAt(file, at, Math.min(HEAD_BYTES, end - at))
  if (head.length < 16) return undefined
  const moofBytes = head.readUInt32BE(0)
  if (head.toString('latin1', 4, 8) !== 'moof' || at + moofBytes + 8 > end) return undefined
  if (moofBytes + 8 > head.length) head = await readAt(file, at, moofBytes + 8)
  const mdatBytes = head.readUInt32BE(moofBytes)
  const isWhole = mdatBytes >= 8 && at + moofBytes + mdatBytes <= end
  if (head.toString('latin1', moofBytes + 4, moofBytes + 8) !== 'mdat' || !isWhole) return undefined
  return {
    runs: readRuns(head.subarray(0, moofBytes)), shift: moofBytes + 8,
    mediaAt: at + moofBytes + 8, mediaBytes: mdatBytes - 8, next: at + moofBytes + mdatBytes,
  }
}

async function* readPieces(
  source: Source, from: number, to: number,
): AsyncGenerator<Buffer> {
  const file = await open(source.path)
  try {
    for (const piece of source.pieces) {
      const [start, end] = [Math.max(from, piece.at), Math.min(to, piece.at + piece.length)]
      for (let at = start; at < end; at += READ_BYTES) {
        const length = Math.min(READ_BYTES, end - at)
        const bytes = await readAt(file, piece.offset + at - piece.at, length)
        if (bytes.length < length) throw new Error('a recorded segment is shorter than it was')
        yield bytes
      }
    }
  } finally {
    await file.close()
  }
}

/** Adds the parts of one line to the movie; what lies where. */
async function addLine(movie: Movie, path: string, line: MovieLine, start: number) {
  const pieces: Piece[] = []
  let place = start
  const file = await open(path).catch(() => undefined)
  try {
    const end = line.range ? line.range.start + line.range.length : (await file?.stat())?.size ?? 0
    let at = line.range?.start ?? 0
    for (let part = file && await readPart(file, at, end); part;) {
      movie.add(part.runs, place, part.shift)
      pieces.push({ at: place, offset: part.mediaAt, length: part.mediaBytes })
      place += part.mediaBytes
      at = part.next
      part = file && await readPart(file, at, end)
    }
  } finally {
    await file?.close()
  }
  return { source: { path, start, pieces }, end: place }
}

/** Lays out one MP4 of lines that share one init segment. Only indexes are read. `leadTicks` is
 *  hidden at its start, and what follows `lengthTicks` after that at its end. */
export async function layOutMovie(
  folder: string, lines: readonly MovieLine[],
  shown: { leadTicks: number; lengthTicks: number | null },
): Promise<MovieFile | undefined> {
  const first = lines[0]
  const init = first && await readFile(initFile(folder, first.initId)).catch(() => undefined)
  const tracks = init ? readTracks(init) : []
  if (!first || tracks.length === 0) return undefined
  const movie = makeMovie(tracks)
  const sources: Source[] = []
  let payloadBytes = 0
  let previous: MovieLine | undefined
  for (const line of lines) {
    const isBreak = line.isDiscontinuity || previous?.msn !== line.msn - 1
    if (isBreak && previous) movie.startStretch(line.ticks)
    previous = line
    const added = await addLine(movie, segmentFile(folder, line.msn), line, payloadBytes)
    if (added.end > payloadBytes) sources.push(added.source)
    payloadBytes = added.end
  }
  if (payloadBytes === 0) return undefined
  const fromTicks = first.ticks + shown.leadTicks
  const toTicks = shown.lengthTicks === null ? null : fromTicks + shown.lengthTicks
  return makeFile(movie.head(payloadBytes, fromTicks, toTicks), sources, payloadBytes, tracks)
}

function makeFile(
  head: Buffer, sources: readonly Source[], payloadBytes: number, tracks: readonly TrackHead[],
): MovieFile {
  return {
    tracks, sizeBytes: head.length + payloadBytes,
    async* read(start, end) {
      if (start < head.length) yield head.subarray(start, Math.min(end + 1, head.length))
      const [from, to] = [start - head.length, end + 1 - head.length]
      for (let n = 0; n < sources.length; n++) {
        const isBehind = (sources[n + 1]?.start ?? payloadBytes) <= from
        if (isBehind) continue
        if (sources[n]!.start >= to) return
        yield* readPieces(sources[n]!, from, to)
      }
    },
  }
}
