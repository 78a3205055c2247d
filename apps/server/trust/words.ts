import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locale } from '../pages/visitor.ts'

/** A sentence of the server's own pages, with its values put in as they are. */
export type Say = (id: string, values?: Readonly<Record<string, string>>) => string

const folder = join(import.meta.dirname, '..', 'words')
const read = (locale: string): Readonly<Record<string, string>> =>
  JSON.parse(readFileSync(join(folder, `${locale}.json`), 'utf8')) as Record<string, string>

const catalogs = new Map<string, Readonly<Record<string, string>>>()

/** The sentences are plain text with names in braces: no plurals, so no parser. */
export function sayIn(locale: Locale): Say {
  // The pseudo-locale belongs to the web build.
  const name = locale === 'en-XA' ? 'en' : locale
  const catalog = catalogs.get(name) ?? read(name)
  catalogs.set(name, catalog)
  return (id, values = {}) =>
    (catalog[id] ?? id).replace(/\{(\w+)\}/g, (whole, key: string) => values[key] ?? whole)
}
