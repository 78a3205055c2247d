import { readTree, parse, walk, isNode, isTest, lineAt } from '../tidy/source.ts'
import type { SourceFile } from '../tidy/source.ts'
import { icuShape, parseCatalog } from './catalog.ts'
import type { Catalog } from './catalog.ts'

/** Languages that every catalog exists in, with the plural forms that CLDR asks of each. */
export const languages: Readonly<Record<string, readonly string[]>> = {
  en: ['one', 'other'],
  'zh-Hans': ['other'],
  ar: ['zero', 'one', 'two', 'few', 'many', 'other'],
}
const SOURCE = 'en'

/** The owners of catalogs. An app also uses the words of the kit. */
const owners = ['ui', 'apps/room', 'apps/studio', 'apps/desk', 'apps/server'] as const
type Owner = (typeof owners)[number]

export interface Use {
  readonly text: string
  readonly isCall: boolean
  readonly isPrefix: boolean
  readonly path: string
  readonly line: number
}

const isTranslate = (callee: unknown) => {
  if (!isNode(callee)) return false
  const name = callee.type === 'MemberExpression' ? callee['property'] : callee
  return isNode(name) && name.type === 'Identifier' && name['name'] === 't'
}

/** Strings in one file that are, or may be, ids of sentences. */
export function usesIn(file: SourceFile): Use[] {
  const uses: Use[] = []
  walk(parse(file).program, (node, parents) => {
    const parent = parents.at(-1)
    const isCall = parent?.type === 'CallExpression' && isTranslate(parent['callee'])
      && (parent['arguments'] as unknown[])[0] === node
    const add = (text: string, isPrefix: boolean) => uses.push({
      text, isCall, isPrefix, path: file.path, line: lineAt(file.text, node.start),
    })
    if (node.type === 'Literal' && typeof node['value'] === 'string') add(node['value'], false)
    if (node.type === 'TemplateLiteral') {
      const [first] = node['quasis'] as { value: { raw: string } }[]
      if (first && first.value.raw.includes('.')) add(first.value.raw, true)
    }
  })
  return uses
}

type Catalogs = ReadonlyMap<string, Catalog>

function readCatalogs(files: readonly SourceFile[], owner: Owner, problems: string[]): Catalogs {
  const found = new Map<string, Catalog>()
  for (const file of files) {
    const locale = new RegExp(`^${owner}/words/([A-Za-z-]+)\\.json$`).exec(file.path)?.[1]
    if (!locale) continue
    if (!languages[locale]) problems.push(`${file.path}: no such language here`)
    try {
      found.set(locale, parseCatalog(file.text, file.path))
    } catch (error) {
      problems.push(`${file.path}: ${(error as Error).message}`)
    }
  }
  return found
}

function shapeProblems(id: string, sentence: string, source: string, forms: readonly string[]) {
  const [shape, wanted] = [icuShape(sentence), icuShape(source)]
  const missing = [...wanted.args].filter((arg) => !shape.args.has(arg))
  const strange = [...shape.args].filter((arg) => !wanted.args.has(arg))
  const problems = []
  if (missing.length > 0) problems.push(`${id} lacks {${missing.join('}, {')}}`)
  if (strange.length > 0) problems.push(`${id} has {${strange.join('}, {')}}, the source has not`)
  for (const plural of shape.plurals) {
    const lacking = forms.filter((form) => !plural.has(form))
    if (lacking.length > 0) problems.push(`${id} lacks the plural forms ${lacking.join(', ')}`)
  }
  return problems
}

/** The same ids and arguments in every language, and the plural forms that the language has. */
export function languageProblems(owner: string, catalogs: Catalogs): string[] {
  const source = catalogs.get(SOURCE)
  if (!source) return catalogs.size > 0 ? [`${owner}/words/${SOURCE}.json is missing`] : []
  const problems: string[] = []
  for (const [locale, forms] of Object.entries(languages)) {
    const catalog = catalogs.get(locale)
    const path = `${owner}/words/${locale}.json`
    if (!catalog) {
      problems.push(`${path} is missing`)
      continue
    }
    for (const id of Object.keys(source)) {
      const sentence = catalog[id]
      if (!sentence?.trim()) {
        problems.push(`${path}: ${id} is missing`)
        continue
      }
      try {
        const found = shapeProblems(id, sentence, source[id]!, forms)
        problems.push(...found.map((text) => `${path}: ${text}`))
      } catch (error) {
        problems.push(`${path}: ${id} is not ICU: ${(error as Error).message.split('\n')[0]}`)
      }
    }
    for (const id of Object.keys(catalog)) {
      if (!Object.hasOwn(source, id)) problems.push(`${path}: ${id} is not in ${SOURCE}.json`)
    }
  }
  return problems
}

const REFUSAL = 'refusal.'

/** Ids that code asks for and no catalog has, and ids that nobody asks for. */
export function useProblems(
  uses: ReadonlyMap<Owner, readonly Use[]>, ids: ReadonlyMap<Owner, ReadonlySet<string>>,
): string[] {
  const problems: string[] = []
  const kit = ids.get('ui') ?? new Set()
  for (const owner of owners) {
    const own = ids.get(owner) ?? new Set()
    const known = [...own, ...kit]
    const has = new Set(known)
    for (const use of uses.get(owner) ?? []) {
      if (!use.isCall) continue
      const isKnown = use.isPrefix ? known.some((id) => id.startsWith(use.text)) : has.has(use.text)
      if (!isKnown) problems.push(`${use.path}:${use.line}: no sentence for "${use.text}"`)
    }
    const users = owner === 'ui' ? owners : ([owner] as const)
    const texts = users.flatMap((user) => uses.get(user) ?? [])
    const exact = new Set(texts.filter((use) => !use.isPrefix).map((use) => use.text))
    const prefixes = texts.filter((use) => use.isPrefix).map((use) => use.text)
    for (const id of own) {
      const isUsed = id.startsWith(REFUSAL) || exact.has(id)
        || prefixes.some((prefix) => id.startsWith(prefix))
      if (!isUsed) problems.push(`${owner}/words/${SOURCE}.json: nobody uses ${id}`)
    }
  }
  return problems
}

/** Every refusal has a sentence; no sentence stands for a refusal that is gone. */
export function refusalProblems(codes: readonly string[], ids: ReadonlySet<string>): string[] {
  const wanted = new Set([...codes, 'unknown'].map((code) => REFUSAL + code))
  return [
    ...[...wanted].filter((id) => !ids.has(id)).map((id) => `ui/words: no sentence for ${id}`),
    ...[...ids].filter((id) => id.startsWith(REFUSAL) && !wanted.has(id))
      .map((id) => `ui/words: ${id} stands for no refusal`),
  ]
}

export interface WordsVerdict {
  readonly problems: readonly string[]
  readonly sentences: number
}

/** Checks all catalogs of a tree. `codes` are all refusals a person can meet. */
export function checkWords(root: string, codes: readonly string[]): WordsVerdict {
  const files = readTree(root)
  const problems: string[] = []
  const ids = new Map<Owner, ReadonlySet<string>>()
  const uses = new Map<Owner, readonly Use[]>()
  for (const owner of owners) {
    const catalogs = readCatalogs(files, owner, problems)
    problems.push(...languageProblems(owner, catalogs))
    ids.set(owner, new Set(Object.keys(catalogs.get(SOURCE) ?? {})))
    uses.set(owner, files
      .filter((file) => file.path.startsWith(`${owner}/`) && /\.tsx?$/.test(file.path))
      .filter((file) => !isTest(file.path) && !file.path.endsWith('.d.ts'))
      .flatMap(usesIn))
  }
  problems.push(...useProblems(uses, ids), ...refusalProblems(codes, ids.get('ui') ?? new Set()))
  return { problems, sentences: [...ids.values()].reduce((sum, set) => sum + set.size, 0) }
}
