import { readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Chunk {
  readonly file: string
  readonly css?: readonly string[]
  readonly imports?: readonly string[]
  readonly isEntry?: boolean
}

export interface Entry {
  readonly scripts: readonly string[]
  readonly styles: readonly string[]
  readonly preloads: readonly string[]
}

/** Which built files an app's page needs, from Vite's manifest. */
export function readManifest(webDir: string, base = '/assets-root/') {
  const chunks = JSON.parse(readFileSync(join(webDir, '.vite', 'manifest.json'), 'utf8')) as Record<
    string,
    Chunk
  >
  const url = (file: string) => base + file
  return (name: 'room' | 'studio' | 'desk'): Entry => {
    const key = Object.keys(chunks).find(
      (id) => id.includes(`apps/${name}/`) && chunks[id]!.isEntry,
    )
    if (!key) return { scripts: [], styles: [], preloads: [] }
    const seen = new Set<string>()
    const styles: string[] = []
    const walk = (id: string) => {
      if (seen.has(id)) return
      seen.add(id)
      styles.push(...(chunks[id]!.css ?? []))
      for (const next of chunks[id]!.imports ?? []) walk(next)
    }
    walk(key)
    return {
      scripts: [url(chunks[key]!.file)],
      styles: [...new Set(styles)].map(url),
      preloads: [...seen].filter((id) => id !== key).map((id) => url(chunks[id]!.file)),
    }
  }
}
