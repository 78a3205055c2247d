import { appendFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { silentLog } from '#kernel'
import { readFragments, writeFragment } from '#formats/fragment'
import { readIndex, writeLine } from './index-file.ts'
import { headFile, indexFile, makeRecorder, segmentFile } from './recorder.ts'
import { restoreShow } from './restore.ts'

let root: string
beforeAll(async () => { root = await mkdtemp(join(tmpdir(), 'silkcast-restore-')) })
afterAll(() => rm(root, { recursive: true, force: true }))

const PART = 18_000
const part = (time: number, isKey: boolean): Buffer => writeFragment(time, [{
  trackId: 1,
  samples: [{ time, duration: PART, composition: 0, isKey, data: Buffer.alloc(64, 9) }],
}])

/** Records segments of three parts; the last one stays open, as after a crash. */
async function record(name: string, segments: number): Promise<string> {
  const folder = join(root, name)
  const recorder = makeRecorder({
    folder, log: silentLog, told: { onProblem() {}, onSegment() {} },
  })
  recorder.init(0, Buffer.from('init'))
  for (let msn = 0; msn < segments; msn++) {
    const ticks = msn * 3 * PART
    const isDiscontinuity = msn === 2
    recorder.open({ msn, initId: 0, wallMs: 1_000 + msn, ticks, isDiscontinuity }, PART)
    for (let n = 0; n < 3; n++) recorder.part(part(ticks + n * PART, n === 0))
    if (msn < segments - 1) recorder.close(msn, 3 * PART)
  }
  await recorder.release()
  return folder
}

describe('a recording after a crash', () => {
  test('REC3 the open segment is kept with its whole parts', async () => {
    const folder = await record('torn', 3)
    await truncate(segmentFile(folder, 2), 3 * part(0, true).length - 5)
    const restored = (await restoreShow(folder, 12))!
    expect(restored.window.nextMsn).toBe(3)
    expect(restored.window.partTargetTicks).toBe(PART)
    expect(restored.window.segments.map(({ msn, parts, isClosed }) =>
      [msn, parts.length, isClosed])).toEqual([[0, 3, true], [1, 3, true], [2, 2, true]])
    expect(restored.window.segments[2]!.parts[0]!.isIndependent).toBe(true)
    expect(restored.startTicks).toBe(8 * PART)
    expect(restored.recorded.at(-1)).toMatchObject({ msn: 2, durationTicks: 2 * PART })
    // The second look finds it closed.
    expect((await restoreShow(folder, 12))!.recorded).toEqual(restored.recorded)
  })

  test('REC3 an open segment without a whole part gives its number back', async () => {
    const folder = await record('empty', 3)
    await writeFile(segmentFile(folder, 2), '')
    const { window } = (await restoreShow(folder, 12))!
    expect([window.nextMsn, window.segments.length]).toEqual([2, 2])
  })

  test('REC2 numbers given out after the disk was full are not given out again', async () => {
    const folder = await record('full', 3)
    await writeFile(headFile(folder), '40'.padEnd(16))
    const { window, recorded } = (await restoreShow(folder, 12))!
    expect([window.nextMsn, window.segments.length, recorded.length]).toEqual([41, 0, 3])
    expect(window.discontinuitySequence).toBe(1)
  })

  test('a torn line and foreign lines are left out', async () => {
    const folder = await record('lines', 3)
    await appendFile(indexFile(folder), '{"is":"open","msn":3,"ini')
    const { recorded } = (await restoreShow(folder, 12))!
    expect(recorded.map(({ msn }) => msn)).toEqual([0, 1, 2])
    const odd = ['null', '[]', '{"is":"close"}', '{"is":"open","msn":-1}', '{"is":"close","msn":9,'
      + '"durationTicks":1}', '{"__proto__":{"is":"end"}}']
    expect(readIndex(odd.join('\n'))).toMatchObject({ segments: [], isEnded: false })
  })

  test('any index text and any segment bytes are read without an exception', () => {
    const line = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.record({
        is: fc.constantFrom('open', 'close', 'end', 'x'), msn: fc.integer({ min: -2, max: 9 }),
        initId: fc.nat(3), ticks: fc.nat(), wallMs: fc.nat(), durationTicks: fc.nat(),
        isDiscontinuity: fc.boolean(), partTargetTicks: fc.option(fc.nat()),
      }).map((one) => writeLine(one as never)),
    )
    fc.assert(fc.property(fc.array(line), (lines) => {
      const { segments } = readIndex(lines.join('\n'))
      segments.slice(1).forEach((one, at) =>
        expect(one.msn).toBeGreaterThan(segments[at]!.msn))
    }), { numRuns: 300 })
    const good = Buffer.concat([part(0, true), part(PART, false)])
    const change = fc.tuple(fc.nat(good.length - 1), fc.nat(255))
    fc.assert(fc.property(fc.array(change, { maxLength: 5 }), fc.nat(good.length), (list, cut) => {
      const copy = Buffer.from(good)
      for (const [at, value] of list) copy[at] = value
      expect(readFragments(copy.subarray(0, cut)).length).toBeLessThanOrEqual(2)
    }), { numRuns: 500 })
  })
})
