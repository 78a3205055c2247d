import { globSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Compile } from 'typebox/compile'
import type { TSchema } from 'typebox'
import type { Api, ApiRoute } from '#kernel'

const root = join(import.meta.dirname, '..', '..')

/** Every route that a contract states, whichever module it belongs to. */
async function readRoutes(): Promise<Map<string, ApiRoute>> {
  const files = ['modules/*/*/contract.ts', 'views/contract.ts', 'apps/server/*/routes.ts']
    .flatMap((pattern) => globSync(pattern, { cwd: root })).sort()
  const routes = new Map<string, ApiRoute>()
  for (const file of files) {
    const { api } = await import(pathToFileURL(join(root, file)).href) as { api?: Api }
    for (const [key, route] of Object.entries(api ?? {})) routes.set(key, route)
  }
  return routes
}

export const routes = await readRoutes()

export const isFit = (schema: TSchema, value: unknown): boolean => Compile(schema).Check(value)

export interface Hostile { readonly what: string; readonly value: unknown }

const WRONG: readonly unknown[] = [
  null, {}, [], true, -1, 1.5, 1e20, Number.MAX_SAFE_INTEGER, '', ' ', 'x', 'x'.repeat(20_000),
  '\u0000', 'a\u0000b', '\ud800', '\u202e\u2066\u200b', "' or 1=1 --", '__proto__',
  { toString: 1 }, [[]], '1', 'true',
]
const short = (value: unknown): string => JSON.stringify(value).slice(0, 24)

function setAt(value: unknown, path: readonly string[], to: unknown): unknown {
  const [head, ...rest] = path
  if (head === undefined) return to
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => String(index) === head ? setAt(item, rest, to)
      : item)
  }
  const object = value as Record<string, unknown>
  return { ...object, [head]: setAt(object[head], rest, to) }
}

function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  const inner = Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]))
  return path.length === 0 ? inner : [path, ...inner]
}

/** Every part of a good value replaced by everything it should not be, and parts nobody asked for.
 * */
export function hostileBodies(good: unknown): Hostile[] {
  const roots = [null, [], 'text', 7].map((value) => ({ what: `whole body ${short(value)}`,
    value }))
  const places = pathsOf(good)
  const wrong = places.flatMap((path) => WRONG.map((to) =>
    ({ what: `${path.join('.')} = ${short(to)}`, value: setAt(good, path, to) })))
  const objects = [[], ...places.filter((path) => {
    const at = path.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], good)
    return typeof at === 'object' && at !== null && !Array.isArray(at)
  })]
  const more = objects.map((path) => ({
    what: `extra property in ${path.join('.') || 'body'}`,
    value: setAt(good, [...path, 'isAdmin'], { yes: true }),
  }))
  return [...roots, ...wrong, ...more]
}

/** What a path parameter may be filled with, as it goes over the wire. */
export const hostileParams = [
  'x', '..', '%2e%2e', '%00', '%2f', '..%5c', "'%20or%201=1--", '__proto__', 'a'.repeat(190),
] as const

export const hostileQueries = [
  'isAdmin=1', '__proto__[x]=1', 'constructor=1', '%00=1', '%=%', `x=${'a'.repeat(8000)}`,
] as const
