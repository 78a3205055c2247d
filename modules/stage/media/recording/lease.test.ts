import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { silentLog, systemClock, type ShowId } from '#kernel'
import { makeShowId, until } from '../testing.ts'
import { part } from '../testing/parts.ts'
import { makeLeases, type Leases } from './lease.ts'
import { makeRecorder } from './recorder.ts'
import { restoreShow } from './restore.ts'

const HOLDER = fileURLToPath(new URL('../testing/holder.ts', import.meta.url))
let root: string
let id: ShowId
let leases: Leases
let lost: ShowId[]
let children: ChildProcess[]
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'silkcast-lease-'))
  id = makeShowId()
  await mkdir(join(root, id))
  lost = []
  children = []
  leases = makeLeases({
    root, clock: systemClock, log: silentLog, onLost: (showId) => void lost.push(showId),
  })
})
afterEach(async () => {
  await leases.close()
  for (const child of children) child.kill('SIGKILL')
  await Promise.all(children.map((child) => child.exitCode ?? child.signalCode
    ?? once(child, 'exit')))
  await rm(root, { recursive: true, force: true })
})

/** Another process that takes the folder and writes into it. */
async function startHolder() {
  const child = fork(HOLDER, [root, id], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  children.push(child)
  const said: string[] = []
  child.on('message', (what) => void said.push(String(what)))
  await until('an answer', () => said.length > 0)
  return { child, said }
}
const lines = async (): Promise<number> =>
  (await readFile(join(root, id, 'index.jsonl'), 'utf8').catch(() => '')).split('\n').length

/** Everything below the folder, to compare. */
async function readAll(): Promise<Record<string, string>> {
  const names = (await readdir(join(root, id))).filter((name) => !name.startsWith('.'))
  const all = await Promise.all(names.map(async (name): Promise<[string, string]> =>
    [name, (await readFile(join(root, id, name))).toString('base64')]))
  return Object.fromEntries(all)
}

test('MED24 a folder is in one pair of hands, and goes to the next when they let go', async () => {
  const holder = await startHolder()
  expect(holder.said).toEqual(['taken'])
  expect(await leases.take(id)).toBeUndefined()
  const second = await startHolder()
  expect(second.said).toEqual(['refused'])
  await until('a recording', async () => await lines() > 10)
  holder.child.send('release')
  await until('released', () => holder.said.includes('released'))
  const lease = await leases.take(id)
  expect(await readFile(join(lease!.path, 'index.jsonl'), 'utf8')).toContain('"open"')
  await lease!.release()
  expect((await startHolder()).said).toEqual(['taken'])
})

test('MED24 only one of many that want a free folder gets it', async () => {
  const holders = await Promise.all(Array.from({ length: 6 }, () => startHolder()))
  expect(holders.map(({ said }) => said[0]).toSorted())
    .toEqual(['refused', 'refused', 'refused', 'refused', 'refused', 'taken'])
}, 20_000)

test('MED24 who was killed is followed at once', async () => {
  const holder = await startHolder()
  await until('a recording', async () => await lines() > 10)
  holder.child.kill('SIGKILL')
  await once(holder.child, 'exit')
  const startMs = systemClock.steadyMs()
  expect(await leases.take(id)).toBeDefined()
  expect(systemClock.steadyMs() - startMs).toBeLessThan(1_000)
})

test('MED24 who slept and wakes up finds every way closed, and spoils nothing', async () => {
  const holder = await startHolder()
  await until('a recording', async () => await lines() > 40)
  holder.child.kill('SIGSTOP')
  const startMs = systemClock.steadyMs()
  const lease = await until('the folder', () => leases.take(id), 5_000)
  expect(systemClock.steadyMs() - startMs).toBeLessThan(3_000)
  const restored = (await restoreShow(lease.path))!
  const recorder = makeRecorder({
    folder: lease.path, log: silentLog, onProblem: (problem) => { throw new Error(problem) },
    onSegment: () => {},
  })
  const record = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n++, next++) {
      recorder.open({ msn: next, initId: 1, wallMs: next, ticks: next * 54_000,
        isDiscontinuity: false }, 18_000)
      recorder.part(part(next * 54_000, true, 7))
      recorder.close(next, 54_000)
    }
    await recorder.flushed()
  }
  let next = restored.window.nextMsn
  recorder.init(1, Buffer.from('mine'))
  await record(3)
  const before = await readAll()
  holder.child.kill('SIGCONT')
  await until('it noticed', () => holder.said.includes('lost'))
  await systemClock.sleep(300)
  expect(await readAll()).toEqual(before)
  expect(holder.said).toContain('stage.media.recording_failed')
  // And nobody is disturbed: it goes on from there.
  await record(2)
  const after = (await restoreShow(lease.path))!
  expect(after.recorded.map(({ msn }) => msn))
    .toEqual(Array.from({ length: next }, (_none, msn) => msn))
  expect(lost).toEqual([])
}, 20_000)

test('MED24 who loses a folder is told', async () => {
  const lease = (await leases.take(id))!
  const [mine] = await readdir(join(root, '.held'))
  await rm(join(root, '.held', mine!, id))
  await until('told', () => lost.includes(id))
  await expect(writeFile(join(lease.path, 'x'), '')).rejects.toMatchObject({ code: 'ENOENT' })
})

test('MED24 processes that begin at the same moment leave each other alone', async () => {
  const { pid } = await startHolder().then(({ child }) => child)
  // Seen between its folder and its file.
  const host = hostname().replaceAll(/[^\w-]+/g, '-').slice(0, 40)
  const newcomer = join(root, '.held', `${host}.${pid}.a`)
  await mkdir(newcomer)
  expect(await leases.take(id)).toBeUndefined()
  expect(await readdir(newcomer)).toEqual([])
})

test('MED24 a start that failed is made again', async () => {
  await writeFile(join(root, '.held'), 'in the way')
  await expect(leases.take(id)).rejects.toThrow('not a directory')
  await rm(join(root, '.held'))
  expect(await leases.take(id)).toBeDefined()
})

test('MED24 without its own folder a process holds nothing, and can hold again', async () => {
  expect(await leases.take(id)).toBeDefined()
  await rm(join(root, '.held'), { recursive: true })
  await until('told', () => lost.length > 0)
  expect(lost).toEqual([id])
  expect(await leases.take(id)).toBeDefined()
})
