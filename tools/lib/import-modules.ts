import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readTree } from '../tidy/source.ts'

export interface Imported {
  /** `trade/stock`, `views`, `flows/place-order`. */
  readonly module: string
  readonly path: string
  readonly exports: Readonly<Record<string, unknown>>
}

const HOMES = /^(?:modules\/([^/]+\/[^/]+)|(views|flows\/[^/]+))\/[^/]+$/

/** Loads `contract.ts` or `events.ts` of every module, flow and of the views, in order. */
export async function importModules(root: string, file: string): Promise<Imported[]> {
  const homes = readTree(root).flatMap(({ path }) => {
    const home = path.endsWith(`/${file}`) ? HOMES.exec(path) : null
    return home ? [{ path, module: home[1] ?? home[2]! }] : []
  })
  return Promise.all(homes.map(async ({ path, module }) => ({
    module, path,
    exports: await import(pathToFileURL(join(root, path)).href) as Record<string, unknown>,
  })))
}

/** A text as the cell of a Markdown table. */
export const cell = (text: unknown): string =>
  String(text ?? '').replaceAll('|', '\\|').replaceAll('\n', ' ')
