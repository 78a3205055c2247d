import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import {
  cp, mkdir, mkdtemp, readFile, readdir, rename, rm, stat, utimes, writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readTree } from './tidy/source.ts'
import { projectRoot, rootFromArguments } from './lib/run.ts'

const APPS = ['room', 'studio', 'desk'] as const
type App = (typeof APPS)[number]
// What can end up in a bundle, and what decides how it is built.
const SOURCES = [
  /^(ui|sdk|kernel|apps\/(room|studio|desk)|tools\/words)\//, /^tools\/(build-web|web-config)\.ts$/,
  /^(modules\/[^/]+\/[^/]+|views)\/(contract|events)\.ts$/, /^package(-lock)?\.json$/,
]
const isSource = (path: string) =>
  SOURCES.some((source) => source.test(path)) && !/\.test\.tsx?$/.test(path)
const KEPT_BUILDS = 4
const UNFINISHED_MS = 15 * 60_000

type Manifest = Record<string, {
  imports?: string[], dynamicImports?: string[], isEntry?: boolean, [key: string]: unknown
}>

export interface BuildOptions {
  readonly root?: string
  readonly log?: (line: string) => void
  /** Builds also when the sources have not changed. */
  readonly force?: boolean
  /** Only these, for tests of one page; all that exist when not said. */
  readonly apps?: readonly App[]
}

function hashSources(root: string, apps: readonly App[]): string {
  const hash = createHash('sha256').update(apps.join())
  for (const { path, text } of readTree(root)) {
    if (isSource(path)) hash.update(`${path}\0${text}\0`)
  }
  return hash.digest('hex').slice(0, 16)
}

/** Chunks of two apps may have the same name in their manifests: each gets its app in front. */
function namespaced(app: string, manifest: Manifest): Manifest {
  const entry = `apps/${app}/index.html`
  const name = (key: string) => (key === entry ? key : `${app}:${key}`)
  return Object.fromEntries(Object.entries(manifest).map(([key, chunk]) => [name(key), {
    ...chunk,
    ...(chunk.imports ? { imports: chunk.imports.map(name) } : {}),
    ...(chunk.dynamicImports ? { dynamicImports: chunk.dynamicImports.map(name) } : {}),
  }]))
}

async function buildApps(root: string, into: string, apps: readonly string[]): Promise<void> {
  // The bundler and React read it: a test run must build the same pages as a start.
  process.env['NODE_ENV'] = 'production'
  // Loaded late: a start that finds a finished build pays nothing for the bundler.
  const [{ build }, { webConfig }] = await Promise.all([import('vite'), import('./web-config.ts')])
  const manifest: Manifest = {}
  for (const app of apps) {
    const outDir = join(into, `.${app}`)
    await build(webConfig({ root, app, outDir }))
    const path = join(outDir, '.vite', 'manifest.json')
    Object.assign(manifest, namespaced(app, JSON.parse(await readFile(path, 'utf8')) as Manifest))
    await cp(join(outDir, 'assets'), join(into, 'assets'), { recursive: true })
    await rm(outDir, { recursive: true })
  }
  await mkdir(join(into, '.vite'), { recursive: true })
  await writeFile(join(into, '.vite', 'manifest.json'), JSON.stringify(manifest, null, 1))
}

async function prune(home: string, keep: string): Promise<void> {
  const now = Date.now()
  const entries = await Promise.all((await readdir(home)).map(async (name) => {
    const info = await stat(join(home, name)).catch(() => undefined)
    return { name, at: info?.mtimeMs ?? now }
  }))
  const builds = entries.filter(({ name }) => !name.startsWith('tmp-') && name !== keep)
    .sort((a, b) => b.at - a.at).slice(KEPT_BUILDS - 1)
  const left = entries.filter(({ name, at }) => name.startsWith('tmp-') && now - at > UNFINISHED_MS)
  for (const { name } of [...builds, ...left]) {
    await rm(join(home, name), { recursive: true, force: true })
  }
}

/** Builds the web apps that exist into `.cache/web/<hash of the sources>/`, unless that is there
 *  already. The folder appears complete or not at all, so two starts at once do no harm. */
export async function buildWeb(options: BuildOptions = {}): Promise<{ dir: string }> {
  const { root = projectRoot, log = () => {}, force = false } = options
  const home = join(root, '.cache', 'web')
  const wanted = options.apps ?? APPS
  const apps = wanted.filter((app) => existsSync(join(root, 'apps', app, 'index.html')))
  const hash = hashSources(root, apps)
  const dir = join(home, hash)
  if (existsSync(join(dir, '.vite', 'manifest.json')) && !force) {
    const now = new Date()
    await utimes(dir, now, now)
    return { dir }
  }
  const start = performance.now()
  await mkdir(home, { recursive: true })
  const into = await mkdtemp(join(home, 'tmp-'))
  try {
    await buildApps(root, into, apps)
    if (force) await rm(dir, { recursive: true, force: true })
    await rename(into, dir).catch((error: NodeJS.ErrnoException) => {
      // Another start was faster with the same sources.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    })
  } finally {
    await rm(into, { recursive: true, force: true })
  }
  await prune(home, hash)
  log(`built ${apps.join(', ')} in ${((performance.now() - start) / 1000).toFixed(1)} s`)
  return { dir }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { dir } = await buildWeb({
    root: rootFromArguments(), log: console.log, force: process.argv.includes('--force'),
  })
  console.log(dir)
}
