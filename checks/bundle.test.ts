import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { readManifest } from '../apps/server/pages/manifest.ts'
import { buildWeb } from '../tools/build-web.ts'

const BUDGET_BYTES = 120 * 1024
const PLAYER_BUDGET_BYTES = 130 * 1024
const STYLE_BUDGET_BYTES = 14 * 1024

interface Chunk {
  readonly file: string
  readonly isEntry?: boolean
  readonly imports?: readonly string[]
  readonly dynamicImports?: readonly string[]
}

let dir = ''
let chunks: Record<string, Chunk> = {}
const read = (file: string) => readFileSync(join(dir, file))
const gzipped = (file: string) => gzipSync(read(file), { level: 9 }).length
const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0)

/** The chunk and everything it cannot run without. */
function withImports(key: string, seen = new Set<string>()): string[] {
  if (seen.has(key)) return []
  seen.add(key)
  const chunk = chunks[key]!
  return [chunk.file, ...(chunk.imports ?? []).flatMap((next) => withImports(next, seen))]
}

beforeAll(async () => {
  ({ dir } = await buildWeb({ apps: ['room'] }))
  chunks = JSON.parse(readFileSync(join(dir, '.vite/manifest.json'), 'utf8')) as typeof chunks
}, 120_000)

const ENTRY = 'apps/room/index.html'
const wordsOf = (locale: string) => [
  `room:ui/words/${locale}.json`, `room:apps/room/words/${locale}.json`,
]

describe('the script of the Room', () => {
  it.each(['en', 'zh-Hans', 'ar'])('weighs at most 120 KB before the player, in %s', (locale) => {
    const files = new Set([ENTRY, ...wordsOf(locale)].flatMap((key) => withImports(key)))
    const bytes = sum([...files].map(gzipped))
    expect(bytes).toBeGreaterThan(40 * 1024)
    expect(bytes).toBeLessThanOrEqual(BUDGET_BYTES)
  })

  it('has the player, and every language, apart', () => {
    const first = withImports(ENTRY)
    for (const key of [...wordsOf('en'), ...wordsOf('ar'), 'room:apps/room/stage/live-player.ts']) {
      expect(chunks[ENTRY]!.dynamicImports).toContain(key)
      expect(first).not.toContain(chunks[key]!.file)
    }
    const player = chunks['room:apps/room/stage/live-player.ts']!.file
    expect(gzipped(player)).toBeLessThanOrEqual(PLAYER_BUDGET_BYTES)
  })

  it('carries no schemas, no router, no message parser', () => {
    const script = withImports(ENTRY).map((file) => read(file).toString()).join('\n')
    const names = ['typebox', '~kind', 'additionalproperties', 'tanstack', 'radix', 'messageformat']
    const strangers = names.filter((stranger) => script.toLowerCase().includes(stranger))
    expect(strangers).toEqual([])
  })

  it('needs no inline script or style, and nothing from elsewhere', () => {
    const script = withImports(ENTRY).map((file) => read(file).toString()).join('\n')
    expect(/\beval\(|new Function\(/.exec(script)?.[0]).toBeUndefined()
    const styles = readManifest(dir, '/app/')('room').styles.map((url) => url.replace('/app/', ''))
    expect(styles.length).toBeGreaterThan(0)
    const css = styles.map((file) => read(file).toString()).join('')
    expect(/url\(["']?(https?:)?\/\//.exec(css)?.[0]).toBeUndefined()
    expect(css.includes('light-dark(')).toBe(true)
    expect(sum(styles.map(gzipped))).toBeLessThanOrEqual(STYLE_BUDGET_BYTES)
  })
})

describe('building the web apps', () => {
  it('is skipped when nothing has changed, also for two starts at once', async () => {
    const start = performance.now()
    const both = await Promise.all([buildWeb({ apps: ['room'] }), buildWeb({ apps: ['room'] })])
    expect(both.map((one) => one.dir)).toEqual([dir, dir])
    expect(performance.now() - start).toBeLessThan(3000)
  })
})
