import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { MovieLine } from './movie-file.ts'
import { initFile } from './recorder.ts'

/** Lines whose picture and sound have one form: one file can hold them as they are. The process
 *  that was restarted wrote its init again, so the bytes count, not the numbers. */
export async function groupByForm(
  folder: string, lines: readonly MovieLine[],
): Promise<MovieLine[][]> {
  const known = new Map<number, string>()
  for (const id of new Set(lines.map((line) => line.initId))) {
    const bytes = await readFile(initFile(folder, id)).catch(() => Buffer.alloc(0))
    known.set(id, createHash('sha256').update(bytes).digest('base64'))
  }
  const groups: MovieLine[][] = []
  for (const line of lines) {
    const last = groups.at(-1)
    const isSame = last && known.get(last.at(-1)!.initId) === known.get(line.initId)
    if (isSame) last.push(line)
    else groups.push([line])
  }
  return groups
}
