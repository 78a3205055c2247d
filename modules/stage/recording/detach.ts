import { copyFile, readFile, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readIndex } from './index-file.ts'
import { headFile, indexFile, segmentFile } from './recorder.ts'

/** The same content under the same name, in a file that nobody else has open. */
async function renew(path: string): Promise<void> {
  const fresh = `${path}.fresh`
  try {
    await copyFile(path, fresh)
    await rename(fresh, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

const numberIn = (name: string, pattern: RegExp): number => Number(pattern.exec(name)?.[1] ?? -1)

/** Cuts a folder off from the process that wrote it last and may wake up: no file that it has open
 *  is one that we go on writing. Its way to new files is closed already. */
export async function detach(folder: string): Promise<void> {
  await renew(indexFile(folder))
  await renew(headFile(folder))
  const text = await readFile(indexFile(folder), 'utf8').catch(() => '')
  const { segments, open } = readIndex(text)
  const all = open ? [...segments, open] : segments
  const lastMsn = all.at(-1)?.msn ?? -1
  const lastInit = all.reduce((most, one) => Math.max(most, one.initId), -1)
  if (lastMsn >= 0) await renew(segmentFile(folder, lastMsn))
  for (const name of await readdir(folder)) {
    const isBeyond = numberIn(name, /^s(\d+)\.m4s$/) > lastMsn
      || numberIn(name, /^init-(\d+)\.mp4$/) > lastInit
    if (isBeyond) await rm(join(folder, name), { force: true })
  }
}
