import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import ffmpeg from '@ffmpeg-installer/ffmpeg'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clockCells, clockFrame, clockGrid, readCells } from './clock-video.ts'

const moment = fc.integer({ min: 0, max: 2 ** 42 - 1 })
const { columns, rows } = clockGrid

/** As the page reads it: the middle of every cell. */
function readLuma(luma: Uint8Array, width: number, height: number): number | null {
  const cells: boolean[] = []
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const x = Math.floor(((column + 0.5) * width) / columns)
      const y = Math.floor(((row + 0.5) * height) / rows)
      cells.push(luma[y * width + x]! > 127)
    }
  }
  return readCells(cells)
}

describe('the clock in the picture', () => {
  it('reads back as it was painted', () => {
    fc.assert(fc.property(moment, (wallMs) => {
      expect(readCells(clockCells(wallMs))).toBe(wallMs)
    }))
    expect(readLuma(clockFrame(384, 216, 1_790_000_000_123), 384, 216)).toBe(1_790_000_000_123)
    expect(readLuma(clockFrame(320, 180, 1_790_000_000_124), 320, 180)).toBe(1_790_000_000_124)
  })

  it('is not read when a cell is wrong, nor from a picture of one colour', () => {
    fc.assert(fc.property(moment, fc.nat(47), (wallMs, at) => {
      const cells = clockCells(wallMs)
      cells[at] = !cells[at]
      expect(readCells(cells)).toBeNull()
    }))
    for (const value of [true, false]) expect(readCells(Array(48).fill(value))).toBeNull()
  })

  it('survives H.264 at a few kilobits', async () => {
    const [width, height] = [384, 216]
    const times = Array.from({ length: 20 }, (_, at) => 1_790_000_000_000 + at * 40)
    const run = promisify(execFile)
    const raw = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${width}x${height}`]
    const pass = async (args: string[], input: Buffer) => {
      const work = run(ffmpeg.path, ['-loglevel', 'error', ...args, 'pipe:1'],
        { encoding: 'buffer', maxBuffer: 2 ** 27 })
      work.child.stdin!.end(input)
      return (await work).stdout
    }
    const coded = await pass([...raw, '-r', '25', '-i', 'pipe:0', '-c:v', 'libx264', '-preset',
      'ultrafast', '-tune', 'zerolatency', '-crf', '40', '-f', 'h264'],
    Buffer.concat(times.map((wallMs) => clockFrame(width, height, wallMs))))
    const frames = await pass(['-f', 'h264', '-i', 'pipe:0', '-f', 'rawvideo', '-pix_fmt',
      'yuv420p'], coded)
    const size = (width * height * 3) / 2
    const read = times.map((_, at) => readLuma(frames.subarray(at * size), width, height))
    expect(read).toEqual(times)
  })
})
