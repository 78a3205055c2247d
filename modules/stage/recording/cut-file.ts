import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CutCommand } from './contract.ts'
import { wholeCut } from './model/cut.ts'

const cutFile = (folder: string): string => join(folder, 'cut.json')
const isMs = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0

/** The cut as the server last told it; a file that cannot be read hides the replay: what was
 *  withdrawn must not come back by an accident. */
export async function readCut(folder: string): Promise<CutCommand> {
  try {
    const raw: Record<string, unknown> = JSON.parse(await readFile(cutFile(folder), 'utf8'))
    const { inMs, outMs, isPublic } = raw
    const isCut = isMs(inMs) && (outMs === null || isMs(outMs)) && typeof isPublic === 'boolean'
    return isCut ? { inMs, outMs, isPublic } : { ...wholeCut, isPublic: false }
  } catch (error) {
    const isNone = (error as NodeJS.ErrnoException).code === 'ENOENT'
    return isNone ? wholeCut : { ...wholeCut, isPublic: false }
  }
}

export async function writeCut(folder: string, cut: CutCommand): Promise<void> {
  const path = cutFile(folder)
  await writeFile(`${path}.new`, JSON.stringify(cut))
  await rename(`${path}.new`, path)
}
