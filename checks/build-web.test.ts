import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readManifest } from '../apps/server/pages/manifest.ts'
import { buildWeb } from '../tools/build-web.ts'
import { projectRoot } from '../tools/lib/run.ts'

let root = ''

/** A house with two tiny apps that have a chunk of the same name. */
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'build-web-'))
  await writeFile(join(root, 'package.json'), '{"type":"module"}')
  await symlink(join(projectRoot, 'node_modules'), join(root, 'node_modules'))
  for (const app of ['room', 'desk']) {
    const folder = join(root, 'apps', app)
    await mkdir(join(folder, 'words'), { recursive: true })
    await writeFile(join(folder, 'index.html'), '<script type="module" src="./main.ts"></script>')
    await writeFile(join(folder, 'main.ts'), `import './${app}.css'
      console.log(await import('./words/en.json'), await import('./words/en.json?pseudo'))`)
    await writeFile(join(folder, `${app}.css`), `.${app} { color: light-dark(red, blue) }`)
    await writeFile(join(folder, 'words', 'en.json'),
      `{"${app}.a": "{n, plural, one {#} other {#s}}"}`)
  }
})
afterEach(() => rm(root, { recursive: true, force: true }))

const builds = () => readdir(join(root, '.cache', 'web'))

describe('buildWeb', () => {
  it('gives each app its own entry in one manifest', async () => {
    const { dir } = await buildWeb({ root })
    const entry = readManifest(dir, '/app/')
    const [room, desk] = [entry('room'), entry('desk')]
    expect(room.scripts[0]).toMatch(/^\/app\/assets\/.+\.js$/)
    expect(desk.scripts[0]).not.toBe(room.scripts[0])
    expect(room.styles).toHaveLength(1)
    expect(entry('studio')).toEqual({ scripts: [], styles: [], preloads: [] })
    const files = await readdir(join(dir, 'assets'))
    for (const url of [...room.scripts, ...desk.scripts, ...room.styles, ...desk.styles]) {
      expect(files).toContain(url.replace('/app/assets/', ''))
    }
  }, 60_000)

  it('builds once for two starts at once, again after a change, and keeps few builds', async () => {
    const [one, two] = await Promise.all([buildWeb({ root }), buildWeb({ root })])
    expect(one.dir).toBe(two.dir)
    expect(await builds()).toHaveLength(1)
    for (let version = 0; version < 5; version++) {
      await writeFile(join(root, 'apps/room/main.ts'), `console.log(${version})\n`)
      const next = await buildWeb({ root, apps: ['room'] })
      expect(next.dir).not.toBe(one.dir)
    }
    expect((await builds()).length).toBeLessThanOrEqual(4)
  }, 90_000)

  it('leaves nothing behind when the sources do not build', async () => {
    await writeFile(join(root, 'apps/room/words/en.json'), '{"room.a": "{n, plural, one {"}')
    await expect(buildWeb({ root })).rejects.toThrow('room.a')
    expect(await builds()).toEqual([])
  }, 60_000)
})
