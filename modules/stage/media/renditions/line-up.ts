import type { TurnedPicture } from '../contract.ts'
import type { Sample } from '#formats/fragment'

/** Where a picture that comes back belongs. */
export interface Slot {
  readonly place: number
  /** Its time and length; its data are of no use any more. */
  readonly time: number
  readonly duration: number
}

interface PartEntry<T> {
  readonly part: T
  readonly ticks: number
  readonly turner: number | undefined
  readonly slots: readonly Slot[]
  readonly filled: Map<number, TurnedPicture>
  isOver: boolean
}

type Entry<T> = PartEntry<T> | { readonly act: () => void }

/** Parts of the source that wait for their pictures to come back, in the order of the source.
 *  Pure: a part is told when all its pictures are there or can no longer come. */
export interface LineUp<T> {
  /** Something that has its place between parts. */
  act(run: () => void): void
  /** A part whose pictures went to a turner. */
  expect(part: T, ticks: number, turner: number, slots: readonly Slot[]): void
  /** A part that nobody turns. */
  gap(part: T, ticks: number): void
  picture(turner: number, picture: TurnedPicture): void
  /** The turner is gone: what it has not given back never comes. */
  lose(turner: number): void
  /** Ticks of the parts that wait. */
  readonly waitingTicks: number
}

export function makeLineUp<T>(
  tell: (part: T, frames: readonly Sample[], turner: number | undefined) => void,
): LineUp<T> {
  const entries: Entry<T>[] = []
  let waitingTicks = 0

  const samplesOf = ({ slots, filled }: PartEntry<T>): Sample[] => slots.flatMap((slot) => {
    const picture = filled.get(slot.place)
    if (!picture) return []
    const { time, duration } = slot
    const data = Buffer.from(picture.data)
    return [{ time, duration, composition: 0, isKey: picture.isKey, data }]
  })

  const drain = (): void => {
    for (let head = entries[0]; head; head = entries[0]) {
      if ('part' in head && !head.isOver) return
      entries.shift()
      if ('act' in head) {
        head.act()
        continue
      }
      waitingTicks -= head.ticks
      tell(head.part, samplesOf(head), head.turner)
    }
  }

  const add = (entry: PartEntry<T>): void => {
    entries.push(entry)
    waitingTicks += entry.ticks
    drain()
  }

  return {
    act(run) {
      entries.push({ act: run })
      drain()
    },
    expect: (part, ticks, turner, slots) => add({
      part, ticks, turner, slots, filled: new Map(), isOver: slots.length === 0,
    }),
    gap: (part, ticks) => add({
      part, ticks, turner: undefined, slots: [], filled: new Map(), isOver: true,
    }),
    picture(turner, picture) {
      for (const entry of entries) {
        if (!('part' in entry) || entry.turner !== turner || entry.isOver) continue
        const [first, last] = [entry.slots[0]!.place, entry.slots.at(-1)!.place]
        if (picture.place < first) break
        if (picture.place <= last) entry.filled.set(picture.place, picture)
        // They come in order, so one further on says that those before are all there will be.
        entry.isOver = picture.place >= last
        if (!entry.isOver) break
      }
      drain()
    },
    lose(turner) {
      for (const entry of entries) {
        if ('part' in entry && entry.turner === turner) entry.isOver = true
      }
      drain()
    },
    get waitingTicks() { return waitingTicks },
  }
}
