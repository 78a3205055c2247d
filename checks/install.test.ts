import { accessSync, constants, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { projectRoot } from '../tools/lib/run.ts'

interface Locked {
  readonly hasInstallScript?: boolean
  readonly os?: readonly string[] | string
  readonly cpu?: readonly string[] | string
  readonly version: string
}

const read = <T>(path: string): T =>
  JSON.parse(readFileSync(join(projectRoot, path), 'utf8')) as T

const manifest = read<{
  allowScripts: Record<string, boolean>
  scripts: Record<string, string>
  optionalDependencies: Record<string, string>
}>('package.json')
const lock = read<{ packages: Record<string, Locked> }>('package-lock.json')
const locked = Object.entries(lock.packages)
  .map(([path, entry]) => ({ ...entry, name: path.split('node_modules/').at(-1)! }))

// Node itself comes from npm for these machines; for others there is nothing to run.
const supported = locked.filter(({ name }) => Object.hasOwn(manifest.optionalDependencies, name))
  .map(({ os, cpu }) => ({ platform: [os].flat()[0]!, arch: [cpu].flat()[0]! }))

const runsHere = ({ os, cpu }: Locked) => supported.some(({ platform, arch }) =>
  (!os || [os].flat().includes(platform)) && (!cpu || [cpu].flat().includes(arch)))

describe('an install with any npm', () => {
  test('brings Node for Linux and for Apple machines', () => {
    expect(supported.map(({ platform, arch }) => `${platform}-${arch}`).toSorted()).toEqual(
      ['darwin-arm64', 'linux-arm64', 'linux-x64'])
  })

  // npm 12 runs only the install scripts that package.json names; npm 10 runs them all.
  test('every package with an install script is judged in allowScripts', () => {
    const withScript = locked.filter((entry) => entry.hasInstallScript && runsHere(entry))
    expect(withScript.length).toBeGreaterThan(0)
    const unjudged = withScript.map(({ name }) => name)
      .filter((name) => !Object.hasOwn(manifest.allowScripts, name))
    expect(unjudged).toEqual([])
  })

  test('allowScripts names nothing that is gone', () => {
    const names = new Set(locked.map(({ name }) => name))
    expect(Object.keys(manifest.allowScripts).filter((name) => !names.has(name))).toEqual([])
  })

  test('.ci/run is executable and calls npm test', () => {
    const path = join(projectRoot, '.ci/run')
    accessSync(path, constants.X_OK)
    expect(readFileSync(path, 'utf8')).toMatch(/npm ci.*\n(?:.*\n)*exec npm test/)
    expect(manifest.scripts['test']).toBe('node tools/node.mjs tools/test.ts')
  })
})
