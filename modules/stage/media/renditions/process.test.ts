import { execFileSync } from 'node:child_process'
import { availableParallelism, loadavg } from 'node:os'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '#kernel'
import {
  decode, startRig, until, type Encoder, type EncoderSettings, type Rig,
} from '../testing.ts'

let rig: Rig
beforeAll(async () => { rig = await startRig({ SILKCAST_RENDITIONS: 'all' }) })
afterAll(() => rig?.close())

let encoders: Encoder[] = []
const send = (url: string, settings: EncoderSettings): Encoder => {
  const encoder = rig.encoder(url, { seconds: 60, ...settings })
  encoders.push(encoder)
  return encoder
}
afterEach(async () => {
  await Promise.all(encoders.map((encoder) => encoder.stop()))
  encoders = []
})

/** Encoding on a machine that is full already is late; then the figure says nothing. */
const isBusy = (): boolean => loadavg()[0]! > 2 * availableParallelism()

/** As little as a small picture is made of. */
const SHAPE = { size: '720x404', fps: 15, gop: 15 }

interface Line { msn: number; dateMs: number; isBreak: boolean; isGap: boolean; parts: string[] }

/** Segments of a playlist as a player reads them. */
function readPlaylist(text: string): Line[] {
  const lines: Line[] = []
  let msn = Number(/MEDIA-SEQUENCE:(\d+)/.exec(text)?.[1] ?? 0)
  let next = { dateMs: 0, isBreak: false, isGap: false, parts: [] as string[] }
  for (const line of text.split('\n')) {
    if (line === '#EXT-X-DISCONTINUITY') next.isBreak = true
    else if (line === '#EXT-X-GAP') next.isGap = true
    else if (line.startsWith('#EXT-X-PROGRAM-DATE-TIME:')) next.dateMs = Date.parse(line.slice(25))
    else if (line.startsWith('#EXT-X-PART:')) next.parts.push(line)
    else if (line !== '' && !line.startsWith('#')) {
      lines.push({ msn: msn++, ...next })
      next = { dateMs: 0, isBreak: false, isGap: false, parts: [] }
    }
  }
  return lines
}

const durations = (parts: readonly string[]) =>
  parts.map((part) => /DURATION=([\d.]+)/.exec(part)![1])
const dseq = (text: string): number => Number(/DISCONTINUITY-SEQUENCE:(\d+)/.exec(text)?.[1] ?? 0)
const get = async (url: string): Promise<string> => (await fetch(url)).text()

/** The newest small-picture child of the media process. */
function smallChild(): number | undefined {
  const said = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(rig.media.child.pid)])
  const line = said.toString().split('\n').findLast((one) => one.includes('libx264'))
  return line ? Number(line.trim().split(/\s+/)[0]) : undefined
}

describe('renditions', () => {
  test('MED16 the same numbers, dates, cuts and breaks in every rendition', async () => {
    const show = rig.addShow()
    const encoder = send(show.rtmpUrl(), { ...SHAPE, gop: 17 })
    const master = await until('master', async () => {
      const text = await get(show.url('master.m3u8'))
      return text.includes('low.m3u8') && text
    }, 12_000)
    expect(master.match(/NAME="[^"]+"/g)).toEqual(['NAME="404p"', 'NAME="360p"', 'NAME="audio"'])
    expect(master).toMatch(/CODECS="avc1\.[0-9a-f]{6},mp4a\.40\.2",RESOLUTION=642x360,FRAME-RATE=1/)
    expect(master.match(/^\w+\.m3u8$/gm)).toEqual(['live.m3u8', 'low.m3u8', 'audio.m3u8'])

    await systemClock.sleep(3_000)
    await encoder.stop()
    send(show.rtmpUrl(), { ...SHAPE })
    await until('a break', async () => (
      /EXT-X-DISCONTINUITY\n[^]*EXTINF/.test(await get(show.url('low.m3u8')))
    ), 12_000)
    const texts = await Promise.all(['live', 'low', 'audio'].map((name) => (
      get(show.url(`${name}.m3u8`)))))
    const [source, low, audio] = texts.map(readPlaylist) as [Line[], Line[], Line[]]
    for (const [other, text] of [[low, texts[1]!], [audio, texts[2]!]] as const) {
      expect(other.length).toBeGreaterThan(2)
      for (const line of other) {
        const same = source.find(({ msn }) => msn === line.msn)
        if (!same) continue
        expect(Math.abs(line.dateMs - same.dateMs)).toBeLessThanOrEqual(1)
        expect(line.isBreak).toBe(same.isBreak)
        expect(line.isGap).toBe(false)
        if (line.parts.length > 0 && same.parts.length > 0) {
          expect(durations(line.parts)).toEqual(durations(same.parts))
        }
      }
      expect(other.some(({ isBreak }) => isBreak)).toBe(true)
      // Both start at the first segment of the show, so nothing has left either list.
      expect(dseq(text) + other.filter(({ isBreak }) => isBreak).length)
        .toBe(dseq(texts[0]!) + source.filter(({ isBreak }) => isBreak).length)
    }
    for (const name of ['low', 'audio']) {
      const seen = await decode(show.url(`${name}.m3u8`), ['-t', '2'])
      expect([name, seen.code, seen.broken]).toEqual([name, 0, []])
      expect(seen.seconds).toBeGreaterThan(1.5)
    }
    const part = /URI="(l\d+\.0\.m4s)"/.exec(texts[1]!)![1]!
    expect((await fetch(show.url(part))).headers.get('cache-control')).toMatch(/immutable/)
  }, 60_000)

  test('MED16 without its child the source goes on, and 360p is back in 5 s', async () => {
    const show = rig.addShow()
    send(show.rtmpUrl(), { ...SHAPE })
    await until('low', async () => (await fetch(show.url('low.m3u8'))).ok, 12_000)
    const pid = await until('a child', smallChild)
    process.kill(pid, 'SIGKILL')
    const killedMs = systemClock.steadyMs()
    const gap = await until('a gap', async () => {
      const text = await get(show.url('low.m3u8'))
      return /GAP=YES/.test(text) && text
    }, 12_000)
    const missing = /URI="(l\d+\.\d+\.m4s)",GAP=YES/.exec(gap)![1]!
    expect((await fetch(show.url(missing))).status).toBe(404)
    await until('pictures again', async () => (
      /URI="l[^"]+"(,INDEPENDENT=YES)?$/.test(
        (await get(show.url('low.m3u8'))).trim().split('\n').findLast((line) => (
          line.startsWith('#EXT-X-PART:')))!)
    ), 15_000)
    const backMs = Math.round(systemClock.steadyMs() - killedMs)
    process.stdout.write(`${JSON.stringify({ backMs, isBusy: isBusy() })}\n`)
    if (!isBusy()) expect(backMs).toBeLessThan(5_000)
    const source = readPlaylist(await get(show.url('live.m3u8')))
    const low = readPlaylist(await get(show.url('low.m3u8')))
    expect(source.some(({ isGap, isBreak }) => isGap || isBreak)).toBe(false)
    expect(low.every((line) => (
      Math.abs(line.dateMs - source.find(({ msn }) => msn === line.msn)!.dateMs) <= 1
    ))).toBe(true)
  }, 40_000)

  test('MED16 a source that is small, or silent, is offered what it can have', async () => {
    const [small, silent, heard] = [rig.addShow(), rig.addShow(), rig.addShow()]
    send(small.rtmpUrl(), { size: '480x270' })
    send(silent.rtmpUrl(), { size: '480x270', hasAudio: false })
    send(heard.rtmpUrl(), { hasVideo: false })
    const names = (show: typeof small) => until('master', async () => {
      const response = await fetch(show.url('master.m3u8'))
      return response.ok && (await response.text()).match(/NAME="[^"]+"/g)
    }, 12_000)
    expect(await names(small)).toEqual(['NAME="270p"', 'NAME="audio"'])
    expect(await names(silent)).toEqual(['NAME="270p"'])
    expect(await names(heard)).toEqual(['NAME="source"'])
    expect((await fetch(small.url('l0.0.m4s'))).status).toBe(404)
    expect((await fetch(small.url('linit-0.mp4'))).status).toBe(404)
  }, 40_000)
})
