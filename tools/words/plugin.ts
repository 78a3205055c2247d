import { readFileSync } from 'node:fs'
import type { Plugin } from 'vite'
import { compileCatalog, parseCatalog } from './catalog.ts'

const CATALOG = /\/words\/[A-Za-z-]+\.json(\?pseudo)?$/

/** Turns `import('./words/ar.json')` into a compiled catalog, and `en.json?pseudo` into the
 *  pseudo-locale. */
export function wordsPlugin(): Plugin {
  return {
    name: 'silkcast-words',
    enforce: 'pre',
    load(id) {
      if (!CATALOG.test(id)) return null
      const path = id.replace(/\?.*$/, '')
      this.addWatchFile(path)
      const catalog = parseCatalog(readFileSync(path, 'utf8'), path)
      const compiled = compileCatalog(catalog, id.includes('?'))
      // A string is parsed faster than an object literal, and is the smaller script.
      const json = JSON.stringify(JSON.stringify(compiled))
      return { code: `export default JSON.parse(${json})`, map: null, moduleType: 'js' }
    },
  }
}
