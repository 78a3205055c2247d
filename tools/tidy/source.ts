import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { parseSync } from 'rolldown/utils'

/** One file of the tree. Rules see only these, so a test can plant any tree in memory. */
export interface SourceFile {
  /** From the root of the project, with forward slashes. */
  readonly path: string
  readonly text: string
}

export interface Finding {
  readonly rule: string
  readonly path: string
  readonly line: number
  readonly message: string
}

export interface TidyRule {
  readonly name: string
  readonly check: (files: readonly SourceFile[]) => Finding[]
}

export interface SyntaxNode {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

export interface Comment {
  readonly type: 'Line' | 'Block'
  readonly value: string
  readonly start: number
  readonly end: number
}

export interface Parsed {
  readonly program: SyntaxNode
  readonly comments: readonly Comment[]
  readonly broken: string | undefined
}

const SKIPPED_FOLDERS = new Set([
  'node_modules', '.git', '.cache', '.data', 'dist', 'shots', 'coverage',
])
const TEXT = /\.(ts|tsx|mts|cts|js|mjs|cjs|css|html|sql|md|json)$/

/** Every file below root. The text of pictures, clips and the like is left empty. */
export function readTree(root: string): SourceFile[] {
  const found: SourceFile[] = []
  const visit = (folder: string) => {
    for (const entry of readFolder(folder)) {
      const full = join(folder, entry.name)
      if (entry.isDirectory()) {
        if (!SKIPPED_FOLDERS.has(entry.name)) visit(full)
      } else if (entry.isFile()) {
        const path = relative(root, full).split(sep).join('/')
        const text = TEXT.test(path) ? readText(full) : ''
        if (text !== undefined) found.push({ path, text })
      }
    }
  }
  visit(root)
  return found.sort((a, b) => (a.path < b.path ? -1 : 1))
}

// An editor may move a file between listing and reading: what is gone has no findings.
function readFolder(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

export const isCode = (path: string): boolean => /\.tsx?$/.test(path) && !path.endsWith('.d.ts')
export const isTest = (path: string): boolean => /\.test\.tsx?$/.test(path)
export const isTesting = (path: string): boolean =>
  isTest(path) || /(^|\/)testing(\.ts$|\/)/.test(path) || /^(checks|lab)\//.test(path)
/** Test code wherever it lies: conformance suites are tests that others run. */
export const isTestCode = (file: SourceFile): boolean =>
  isTest(file.path) || /^import .* from 'vitest'$/m.test(file.text)
export const isGenerated = (path: string): boolean =>
  /^modules\/[^/]+\/[^/]+\/tables\.ts$/.test(path)

/** `modules/trade/stock/store.ts` -> `trade/stock`. */
export const moduleOf = (path: string): string | undefined =>
  /^modules\/([^/]+\/[^/]+)\//.exec(path)?.[1]

const parsedFiles = new WeakMap<SourceFile, Parsed>()

export function parse(file: SourceFile): Parsed {
  const known = parsedFiles.get(file)
  if (known) return known
  const result = parseSync(file.path, file.text)
  const parsed: Parsed = {
    program: result.program as unknown as SyntaxNode,
    comments: result.comments,
    broken: result.errors[0]?.message,
  }
  parsedFiles.set(file, parsed)
  return parsed
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null
    && typeof (value as { type?: unknown }).type === 'string'
}

export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = []
  for (const key in node) {
    const value = node[key]
    if (isNode(value)) children.push(value)
    else if (Array.isArray(value)) for (const item of value) if (isNode(item)) children.push(item)
  }
  return children
}

export function walk(
  node: SyntaxNode,
  visit: (node: SyntaxNode, parents: readonly SyntaxNode[]) => void,
  parents: readonly SyntaxNode[] = [],
): void {
  visit(node, parents)
  const below = [...parents, node]
  for (const child of childrenOf(node)) walk(child, visit, below)
}

export function lineAt(text: string, offset: number): number {
  let line = 1
  let at = text.indexOf('\n')
  while (at !== -1 && at < offset) {
    line++
    at = text.indexOf('\n', at + 1)
  }
  return line
}

/** `a.b.c` of a chain of names, also when written `a['b'].c`; undefined for anything else. */
export function dottedName(node: unknown): string | undefined {
  if (!isNode(node)) return undefined
  if (node.type === 'Identifier') return String(node['name'])
  if (node.type === 'ChainExpression') return dottedName(node['expression'])
  if (node.type !== 'MemberExpression') return undefined
  const object = dottedName(node['object'])
  const property = node['property']
  if (!object || !isNode(property)) return undefined
  if (node['computed'] !== true) return `${object}.${String(property['name'])}`
  return typeof property['value'] === 'string' ? `${object}.${property['value']}` : object
}

/** Strings and the fixed pieces of template literals: where SQL and sentences live. */
export function literalTexts(program: SyntaxNode): { text: string; start: number }[] {
  const texts: { text: string; start: number }[] = []
  walk(program, (node) => {
    if (node.type === 'Literal' && typeof node['value'] === 'string') {
      texts.push({ text: node['value'], start: node.start })
    } else if (node.type === 'TemplateElement') {
      const value = node['value'] as { raw: string }
      texts.push({ text: value.raw, start: node.start })
    }
  })
  return texts
}
