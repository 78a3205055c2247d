import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '#kernel'
import { startOf } from './processes.ts'

const mine = () => JSON.stringify({ pid: process.pid, start: startOf(process.pid) })

function holderOf(path: string): number | undefined {
  try {
    const { pid, start } = JSON.parse(readFileSync(path, 'utf8')) as { pid: number; start: string }
    return startOf(pid) === start ? pid : undefined
  } catch {
    return undefined
  }
}

/** One living Silkcast per data folder. A holder that died, also by kill -9, holds nothing. */
export function takeLock(folder: string): { release(): void } {
  const path = join(folder, 'owner.json')
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      writeFileSync(path, mine(), { flag: 'wx', mode: 0o600 })
      return { release: () => rmSync(path, { force: true }) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const holder = holderOf(path)
    if (holder !== undefined) {
      throw new Fault('store.data_in_use', {
        message: `Another Silkcast (process ${holder}) is using the data in ${folder}. Stop it `
          + 'first, or choose another folder with --data.',
      })
    }
    // Moved, not deleted: of two that find it stale, only one can.
    const stale = `${path}.${process.pid}`
    try {
      renameSync(path, stale)
    } catch {
      continue
    }
    rmSync(stale, { force: true })
  }
  throw new Fault('store.data_in_use', {
    message: `Another Silkcast is just starting on the data in ${folder}.`,
  })
}
