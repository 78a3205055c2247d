import { existsSync, readFileSync } from 'node:fs'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { systemClock, type Log } from '#kernel'
import { encodeOpus, makePcm } from '#stage/media/testing'
import { findPackagedFfmpeg, makeSoundTurners } from './index.ts'

/** The children that were started, oldest first. */
function startTurners(ffmpeg = findPackagedFfmpeg()!) {
  const pids: number[] = []
  const starts: number[] = []
  const log: Log = {
    debug(_event, fields) {
      starts.push(systemClock.steadyMs())
      if (fields?.['pid']) pids.push(fields['pid'] as number)
    },
    info() {}, warn() {}, error() {}, child: () => log,
  }
  return { pids, starts, turners: makeSoundTurners({ ffmpeg, clock: systemClock, log }) }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    const stat = `/proc/${pid}/stat`
    return !existsSync(stat) || !/\) Z/.test(readFileSync(stat, 'utf8'))
  } catch {
    return false
  }
}

async function until(what: string, test: () => boolean, ms = 5_000): Promise<void> {
  const endMs = systemClock.steadyMs() + ms
  while (!test()) {
    if (systemClock.steadyMs() > endMs) throw new Error(`${what}: not within ${ms} ms`)
    await systemClock.sleep(10)
  }
}

let packets: { data: Buffer; atMs: number }[]
beforeAll(async () => {
  packets = await encodeOpus(makePcm(2, (at) => 0.5 * Math.sin(2 * Math.PI * 440 * at)))
})

const stops: (() => void)[] = []
afterEach(() => stops.splice(0).forEach((stop) => stop()))

/** Speaks for ever, in real time. */
function speak(started: ReturnType<typeof startTurners>) {
  const heard: number[] = []
  const turner = started.turners.toAac({ config() {}, sound: (_, atMs) => void heard.push(atMs) })
  const startMs = systemClock.steadyMs()
  let n = 0
  const timer = systemClock.every(10, () => {
    for (; n * 20 <= systemClock.steadyMs() - startMs; n++) {
      turner.push(packets[n % packets.length]!.data, 5_000 + n * 20)
    }
  })
  stops.push(() => {
    timer.cancel()
    started.turners.close()
  })
  return { heard, turner, nowMs: () => 5_000 + n * 20 }
}

test('a child that is killed is started again, and sound is where it belongs', async () => {
  const started = startTurners()
  const { heard, nowMs } = speak(started)
  await until('sound', () => heard.length > 10)
  process.kill(started.pids[0]!, 'SIGKILL')
  await until('a second child', () => started.pids.length === 2)
  const before = heard.length
  await until('sound of now', () => heard.length > before && heard.at(-1)! > nowMs() - 300)
  expect(heard.at(-1)!).toBeLessThanOrEqual(nowMs())
})

test('closing leaves no process', async () => {
  const started = startTurners()
  const { heard, turner } = speak(started)
  started.turners.toOpus(Uint8Array.of(0x11, 0x90), { sound() {} })
    .push(Uint8Array.of(0x21, 0x10, 0x04, 0x60, 0x8c, 0x1c), 1_000)
  await until('sound', () => heard.length > 5)
  expect(started.pids.length).toBe(2)
  started.turners.close()
  turner.push(packets[0]!.data, 99_000)
  await until('the end', () => started.pids.every((pid) => !isAlive(pid)))
  expect(started.pids.length).toBe(2)
})

test('a child that hangs costs sound, not memory, and is replaced', async () => {
  const started = startTurners()
  const { heard, nowMs } = speak(started)
  await until('sound', () => heard.length > 10)
  process.kill(started.pids[0]!, 'SIGSTOP')
  const before = heard.length
  await until('a second child', () => started.pids.length === 2, 8_000)
  await until('sound of now', () => heard.length > before && heard.at(-1)! > nowMs() - 300)
  expect(isAlive(started.pids[0]!)).toBe(false)
})

test('a program that is not there or ends at once is tried with growing waits', async () => {
  for (const program of ['/nowhere/ffmpeg', '/bin/false']) {
    const started = startTurners(program)
    speak(started)
    await systemClock.sleep(1_700)
    // At 0, 0.2, 0.6 and 1.4 s; one more would be at 3 s.
    expect(started.starts.length).toBeGreaterThan(2)
    expect(started.starts.length).toBeLessThan(5)
    stops.splice(0).forEach((stop) => stop())
  }
})

test.skipIf(!existsSync('/proc/self/stat'))('a turner costs little', async () => {
  const started = startTurners()
  const { heard } = speak(started)
  await until('sound', () => heard.length > 10)
  const cpuMs = () => {
    const words = readFileSync(`/proc/${started.pids[0]}/stat`, 'utf8').split(') ')[1]!.split(' ')
    return (Number(words[11]) + Number(words[12])) * 10
  }
  const beforeMs = cpuMs()
  await systemClock.sleep(4_000)
  const share = (cpuMs() - beforeMs) / 4_000
  console.info(`toAac: ${(share * 100).toFixed(1)} % of a core`)
  expect(share).toBeLessThan(0.2)
})
