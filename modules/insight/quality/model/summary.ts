import { qualityLimits, transports, type QualityFigures, type QualitySummary, type Transport,
} from '../contract.ts'
import { emptyCell, mergeCells, toFigures, type Cell } from './cell.ts'

/** `DE hls` */
export type CellKey = `${string} ${Transport}`
export type Cells = ReadonlyMap<CellKey, Cell>

export const cellKey = (country: string, transport: Transport): CellKey =>
  `${country} ${transport}`

export function partsOf(key: CellKey): { country: string; transport: Transport } {
  const [country = 'ZZ', transport = 'hls'] = key.split(' ')
  return { country, transport: transport as Transport }
}

export function addCells(...many: readonly Cells[]): Map<CellKey, Cell> {
  const sum = new Map<CellKey, Cell>()
  for (const cells of many) {
    for (const [key, cell] of cells) sum.set(key, mergeCells(sum.get(key) ?? emptyCell, cell))
  }
  return sum
}

/** Somebody who watches now. */
export interface Watching {
  readonly country: string
  readonly transport: Transport
  readonly network: string
}

interface Group { cell: Cell; viewers: number; networks: Set<string> }
const figuresOf = (group: Group): QualityFigures =>
  toFigures(group.cell, group.viewers, group.networks.size)

function grouped(
  cells: Cells, watching: readonly Watching[], nameOf: (of: Omit<Watching, 'network'>) => string,
): Map<string, Group> {
  const groups = new Map<string, Group>()
  const groupOf = (name: string): Group => {
    const known = groups.get(name)
    if (known) return known
    const group: Group = { cell: emptyCell, viewers: 0, networks: new Set() }
    groups.set(name, group)
    return group
  }
  for (const [key, cell] of cells) {
    const group = groupOf(nameOf(partsOf(key)))
    group.cell = mergeCells(group.cell, cell)
  }
  for (const one of watching) {
    const group = groupOf(nameOf(one))
    group.viewers++
    group.networks.add(one.network)
  }
  return groups
}

const counted = <Name extends string>(counts: Readonly<Partial<Record<Name, number>>>) =>
  (Object.entries(counts) as [Name, number][]).filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)

/** Cells as people read them: all together, and by one property at a time; the most watched
 *  first. */
export function summarize(cells: Cells, watching: readonly Watching[]): QualitySummary {
  const all = grouped(cells, watching, () => '').get('')
    ?? { cell: emptyCell, viewers: 0, networks: new Set<string>() }
  const countries = [...grouped(cells, watching, ({ country }) => country)]
    .map(([country, group]) => ({ country, ...figuresOf(group) }))
    .sort((a, b) => b.viewers - a.viewers || b.watchedMs - a.watchedMs
      || a.country.localeCompare(b.country))
    .slice(0, qualityLimits.rowsMax)
  const byTransport = grouped(cells, watching, ({ transport }) => transport)
  const timed = counted(all.cell.renditions)
  const timedMs = timed.reduce((sum, [, ms]) => sum + ms, 0)
  return {
    all: figuresOf(all), countries,
    transports: transports.filter((name) => byTransport.has(name))
      .map((transport) => ({ transport, ...figuresOf(byTransport.get(transport)!) })),
    renditions: timed.map(([rendition, ms]) => ({ rendition, share: ms / timedMs })),
    failures: counted(all.cell.failures).map(([code, count]) => ({ code, count })),
  }
}
