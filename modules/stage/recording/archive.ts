import { readdir, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isId, type Log, type ShowId } from '#kernel'
import { TICKS_PER_SECOND } from '#formats/init-segment'
import type { Archive, DownloadView, KnownCut, RecordedShow, RecordedShows, StorageView,
} from './contract.ts'
import { cutSegments, durationTicksOf } from './model/cut.ts'
import { spansOf } from './model/spans.ts'
import { readCut, writeCut } from './cut-file.ts'
import { groupByForm } from './forms.ts'
import { readIndex, writeLine } from './index-file.ts'
import { makeOneForm } from './make-movie.ts'
import { layOutMovie, type MovieFile, type MovieLine } from './movie-file.ts'
import { indexFile } from './recorder.ts'
import { readParts, readText } from './restore.ts'

const CUTS_KEPT = 200
const MOVIES_KEPT = 2
const toMs = (ticks: number): number => Math.round((ticks * 1000) / TICKS_PER_SECOND)

/** The oldest leave. */
function keep<K, V>(map: Map<K, V>, key: K, value: V, most: number): V {
  map.set(key, value)
  if (map.size > most) map.delete(map.keys().next().value!)
  return value
}

interface Making { readonly stop: () => void; done: number; hasFailed: boolean; isOver: boolean }

export function makeArchive(deps: {
  shows: RecordedShows; folder: string; log: Log; ffmpeg?: string | undefined
}): Archive {
  const { shows, log } = deps
  const cuts = new Map<ShowId, Promise<KnownCut>>()
  const movies = new Map<string, Promise<MovieFile | undefined>>()
  const making = new Map<string, Making>()
  const sizes = new Map<string, { stamp: string; sizeBytes: number; durationMs: number }>()

  const readKnown = async (show: RecordedShow): Promise<KnownCut> => {
    const cut = await readCut(show.folder)
    const view = await cutSegments(show.recorded, cut, async (segment) =>
      (await readParts(show.folder, segment))
        .map(({ bytes, ...part }) => ({ ...part, sizeBytes: bytes.length })))
    return { ...view, cut, isPublic: cut.isPublic }
  }
  const cutOf = async (show: RecordedShow): Promise<KnownCut | undefined> => {
    if (!show.isEnded) return undefined
    await show.flushed()
    const known = cuts.get(show.id)
    if (known) return known
    const reading = readKnown(show)
    reading.catch(() => cuts.delete(show.id))
    return keep(cuts, show.id, reading, CUTS_KEPT)
  }
  const linesOf = (cut: KnownCut): readonly MovieLine[] => cut.lines as readonly MovieLine[]
  const nameOf = ({ cut }: KnownCut): string => `made-${cut.inMs}-${cut.outMs ?? 'end'}.mp4`
  const madePath = (show: RecordedShow, cut: KnownCut): string => join(show.folder, nameOf(cut))
  const sizeOfFile = async (path: string) => (await stat(path).catch(() => undefined))?.size

  const layOut = (show: RecordedShow, cut: KnownCut): Promise<MovieFile | undefined> => {
    const key = `${show.id} ${nameOf(cut)}`
    const known = movies.get(key)
    if (known) return known
    const isToEnd = cut.toTicks === durationTicksOf(show.recorded)
    const lengthTicks = isToEnd ? null : cut.toTicks - cut.fromTicks - cut.leadTicks
    const laying = layOutMovie(show.folder, linesOf(cut), { leadTicks: cut.leadTicks, lengthTicks })
    laying.catch(() => movies.delete(key))
    return keep(movies, key, laying, MOVIES_KEPT)
  }

  const readDownload = async (
    show: RecordedShow, cut: KnownCut | undefined,
  ): Promise<DownloadView> => {
    const none = { sizeBytes: null, done: 0, forms: 0 }
    if (!cut || cut.lines.length === 0) return { ...none, state: 'none' }
    const forms = (await groupByForm(show.folder, linesOf(cut))).length
    if (forms === 1) {
      const movie = await layOut(show, cut)
      return movie ? { state: 'direct', sizeBytes: movie.sizeBytes, done: 1, forms }
        : { ...none, state: 'none' }
    }
    const path = madePath(show, cut)
    const sizeBytes = await sizeOfFile(path)
    if (sizeBytes !== undefined) return { state: 'made', sizeBytes, done: 1, forms }
    const work = making.get(path)
    if (work && !work.isOver) return { ...none, state: 'making', done: work.done, forms }
    return { ...none, state: work?.hasFailed ? 'failed' : 'to_make', forms }
  }

  const measure = async (folder: string): Promise<number> => {
    const names = await readdir(folder).catch(() => [])
    let sum = 0
    for (const name of names) sum += await sizeOfFile(join(folder, name)) ?? 0
    return sum
  }
  /** Files are counted again only when the folder or its index has changed. */
  const measured = async (folder: string) => {
    const [own, index] = [await stat(folder), await stat(indexFile(folder)).catch(() => undefined)]
    const stamp = `${own.mtimeMs} ${index?.mtimeMs ?? 0} ${index?.size ?? 0}`
    const known = sizes.get(folder)
    if (known?.stamp === stamp) return known
    const { segments } = readIndex(await readText(indexFile(folder)) ?? '')
    return keep(sizes, folder, {
      stamp, sizeBytes: await measure(folder), durationMs: toMs(durationTicksOf(segments)),
    }, 10_000)
  }

  const forget = (show: RecordedShow, cut: KnownCut | undefined): void => {
    cuts.delete(show.id)
    for (const key of movies.keys()) if (key.startsWith(`${show.id} `)) movies.delete(key)
    if (!cut) return
    making.get(madePath(show, cut))?.stop()
    making.delete(madePath(show, cut))
  }

  const formsOf = async (show: RecordedShow, cut: KnownCut) => {
    const groups = await groupByForm(show.folder, linesOf(cut))
    const isToEnd = cut.toTicks === durationTicksOf(show.recorded)
    const wholeTicks = durationTicksOf(linesOf(cut))
    const beyond = isToEnd ? 0 : wholeTicks - (cut.toTicks - cut.fromTicks)
    const forms = []
    for (const [n, lines] of groups.entries()) {
      const leadTicks = n === 0 ? cut.leadTicks : 0
      const endTicks = n === groups.length - 1 ? beyond : 0
      const lengthTicks = durationTicksOf(lines) - leadTicks - endTicks
      const movie = await layOutMovie(show.folder, lines, { leadTicks, lengthTicks })
      if (movie) forms.push({ movie, seconds: lengthTicks / TICKS_PER_SECOND })
    }
    return forms
  }

  return {
    cutOf,
    async setCut(show, cut) {
      const before = await cutOf(show)
      await writeCut(show.folder, cut)
      forget(show, before)
      const now = await cutOf(show)
      for (const name of await readdir(show.folder)) {
        const isOld = name.startsWith('made-') && (!now || name !== nameOf(now))
        if (isOld) await rm(join(show.folder, name), { force: true })
      }
    },
    async view(show) {
      const cut = await cutOf(show)
      return {
        isEnded: show.isEnded, isReceiving: show.isReceiving,
        durationMs: toMs(durationTicksOf(show.recorded)), spans: spansOf(show.recorded),
        sizeBytes: (await measured(show.folder)).sizeBytes,
        playlistFromMs: toMs(cut?.fromTicks ?? 0),
      }
    },
    downloadView: async (show) => readDownload(show, await cutOf(show)),
    async download(show) {
      const cut = await cutOf(show)
      if (!cut) return undefined
      const view = await readDownload(show, cut)
      if (view.state === 'made') return { path: madePath(show, cut) }
      const movie = view.state === 'direct' ? await layOut(show, cut) : undefined
      return movie && { movie }
    },
    async make(show) {
      const cut = await cutOf(show)
      const { ffmpeg } = deps
      const isWanted = cut && (await readDownload(show, cut)).state
      if (!cut || !ffmpeg || (isWanted !== 'to_make' && isWanted !== 'failed')) return
      // One at a time: the live picture comes first on this machine.
      if ([...making.values()].some((one) => !one.isOver)) return
      const target = madePath(show, cut)
      const work: Making = { stop: () => job?.stop(), done: 0, hasFailed: false, isOver: false }
      let job: ReturnType<typeof makeOneForm> | undefined
      making.set(target, work)
      const end = (error?: unknown): void => {
        work.isOver = true
        work.hasFailed = error !== undefined
        if (error) log.error('download not made', { showId: show.id, message: String(error) })
      }
      try {
        const forms = await formsOf(show, cut)
        job = makeOneForm({
          ffmpeg, folder: show.folder, target, forms, onProgress: (done) => { work.done = done },
        })
        job.done.then(() => end(), end)
      } catch (error) {
        end(error)
      }
    },
    async remove(showId) {
      const show = await shows.find(showId)
      if (!show) return true
      if (!show.isEnded || show.isReceiving) return false
      forget(show, await cutOf(show))
      await show.flushed()
      // While the folder is still in our hands. What is left says that the show has ended: its key
      // stays spent, its numbers are not reused.
      await writeFile(indexFile(show.folder), writeLine({ is: 'end' }))
      for (const name of await readdir(show.folder)) {
        const path = join(show.folder, name)
        // Names with a dot say in whose hands the folder is.
        const isKept = path === indexFile(show.folder) || name.startsWith('.')
        if (!isKept) await rm(path, { recursive: true, force: true })
      }
      await shows.forget(showId)
      log.info('recording removed', { showId })
      return true
    },
    async storage() {
      const disk = await statfs(deps.folder)
      const list: StorageView['shows'] = []
      for (const name of await readdir(deps.folder)) {
        if (!isId('sho', name)) continue
        const folder = join(deps.folder, name)
        const size = await measured(folder).catch(() => undefined)
        if (!size) continue
        const show = shows.peek(name)
        const isEnded = show?.isEnded
          ?? readIndex(await readText(indexFile(folder)) ?? '').isEnded
        list.push({
          showId: name, sizeBytes: size.sizeBytes, durationMs: size.durationMs, isEnded,
          isReceiving: show?.isReceiving ?? false,
        })
      }
      return {
        freeBytes: disk.bavail * disk.bsize, totalBytes: disk.blocks * disk.bsize, shows: list,
      }
    },
    close() {
      for (const work of making.values()) work.stop()
    },
  }
}
