import type { ShowId } from '#kernel'
import { qualityLimits } from './contract.ts'
import { emptyCell, mergeCells, type Cell } from './model/cell.ts'
import { addCells, type CellKey, type Cells } from './model/summary.ts'

const SLOT_MS = 10_000
const MINUTE_MS = 60_000

interface Slot { readonly startMs: number; readonly cells: Map<CellKey, Cell> }

interface Kept {
  /** What the database has; undefined while nobody has read it. */
  saved: Cells | undefined
  /** What it has not. */
  fresh: Map<CellKey, Cell>
  slots: Slot[]
  touchedMs: number
}

/** The figures of shows that are watched now: the last minute in slots, and what is to be kept. */
export function makeShowFigures(deps: {
  load(showId: ShowId): Promise<Cells>
  /** Adds to what is kept and answers the sum. */
  add(showId: ShowId, more: Cells, nowMs: number): Promise<Cells>
}) {
  const shows = new Map<ShowId, Kept>()

  function slotAt(kept: Kept, nowMs: number): Slot {
    kept.slots = kept.slots.filter(({ startMs }) => nowMs - startMs < MINUTE_MS)
    const last = kept.slots.at(-1)
    if (last && nowMs - last.startMs < SLOT_MS) return last
    const slot: Slot = { startMs: nowMs, cells: new Map() }
    kept.slots.push(slot)
    return slot
  }

  const addTo = (cells: Map<CellKey, Cell>, key: CellKey, cell: Cell): void =>
    void cells.set(key, mergeCells(cells.get(key) ?? emptyCell, cell))

  async function save(showId: ShowId, kept: Kept, nowMs: number): Promise<void> {
    const given = kept.fresh
    kept.fresh = new Map()
    try {
      kept.saved = await deps.add(showId, given, nowMs)
    } catch (error) {
      kept.fresh = addCells(given, kept.fresh)
      throw error
    }
  }

  return {
    /** False when there are too many shows already. */
    add(showId: ShowId, key: CellKey, cell: Cell, nowMs: number): boolean {
      const known = shows.get(showId)
      if (!known && shows.size >= qualityLimits.showsMax) return false
      const kept = known ?? { saved: undefined, fresh: new Map(), slots: [], touchedMs: nowMs }
      shows.set(showId, kept)
      kept.touchedMs = nowMs
      addTo(kept.fresh, key, cell)
      addTo(slotAt(kept, nowMs).cells, key, cell)
      return true
    },
    async read(showId: ShowId, nowMs: number): Promise<{ minute: Cells; whole: Cells }> {
      const kept = shows.get(showId)
      if (!kept) return { minute: new Map(), whole: await deps.load(showId) }
      if (!kept.saved) {
        const loaded = await deps.load(showId)
        // A save that happened meanwhile knows better.
        kept.saved ??= loaded
      }
      const young = kept.slots.filter(({ startMs }) => nowMs - startMs < MINUTE_MS)
      return {
        minute: addCells(...young.map(({ cells }) => cells)),
        whole: addCells(kept.saved, kept.fresh),
      }
    },
    /** Writes what is not kept yet; shows that nobody watches any more are let go. */
    async save(nowMs: number, onFailed: (error: unknown) => void): Promise<number> {
      let written = 0
      for (const [showId, kept] of [...shows]) {
        try {
          if (kept.fresh.size > 0) {
            await save(showId, kept, nowMs)
            written++
          }
          const isOver = nowMs - kept.touchedMs > qualityLimits.forgetMs && kept.fresh.size === 0
          if (isOver) shows.delete(showId)
        } catch (error) {
          onFailed(error)
        }
      }
      return written
    },
    get size() { return shows.size },
  }
}
