import { isNode, isTest, lineAt, parse, walk } from './source.ts'
import type { Finding, SourceFile, SyntaxNode, TidyRule } from './source.ts'

const MOST_RULES = 25
// An item of a list, a row or a heading: prose may begin a line with MP4 or SHA256 too.
const RULE_LINE = /^\s*(?:[-*]\s+|\d+[.)]\s+|\|\s*|#+\s+)[*`_]*([A-Z]{2,5}\d{1,3})\b/

export interface SpecRule {
  readonly id: string
  readonly path: string
  readonly line: number
}

export function specRules(spec: SourceFile): SpecRule[] {
  return spec.text.split('\n').flatMap((text, index) => {
    const id = RULE_LINE.exec(text)?.[1]
    return id ? [{ id, path: spec.path, line: index + 1 }] : []
  })
}

const TEST_CALLS = new Set(['it', 'test', 'describe', 'fcTest', 'suite'])

function rootName(callee: unknown): string | undefined {
  if (!isNode(callee)) return undefined
  if (callee.type === 'Identifier') return String(callee['name'])
  if (callee.type === 'MemberExpression') return rootName(callee['object'])
  if (callee.type === 'CallExpression') return rootName(callee['callee'])
  if (callee.type === 'TaggedTemplateExpression') return rootName(callee['tag'])
  return undefined
}

function titleOf(call: SyntaxNode): string | undefined {
  const first = (call['arguments'] as unknown[])[0]
  if (!isNode(first)) return undefined
  if (first.type === 'Literal' && typeof first['value'] === 'string') return first['value']
  if (first.type !== 'TemplateLiteral') return undefined
  const quasi = (first['quasis'] as { value: { raw: string } }[])[0]
  return quasi?.value.raw
}

/** The ids that the names of tests start with: `STK1 refuses...` and `STK1, STK2: ...`. */
export function testedRules(file: SourceFile): SpecRule[] {
  const found: SpecRule[] = []
  walk(parse(file).program, (node) => {
    if (node.type !== 'CallExpression' || !TEST_CALLS.has(rootName(node['callee']) ?? '')) return
    const title = titleOf(node)
    const ids = /^(?:[A-Z]{2,5}\d{1,3}\b[,+&/ ]*(?:and )?)+/.exec(title ?? '')?.[0]
    for (const id of ids?.match(/[A-Z]{2,5}\d{1,3}/g) ?? []) {
      found.push({ id, path: file.path, line: lineAt(file.text, node.start) })
    }
  })
  return found
}

const holdsTests = (path: string) => isTest(path) || /(^|\/)testing(\.ts$|\/.*\.ts$)/.test(path)

function modulesWithoutSpec(files: readonly SourceFile[]): Finding[] {
  const modules = new Set<string>()
  for (const { path } of files) {
    const folder = /^modules\/[^/]+\/[^/]+(?=\/)/.exec(path)?.[0]
    if (folder) modules.add(folder)
  }
  const paths = new Set(files.map((file) => file.path))
  return [...modules].filter((folder) => !paths.has(`${folder}/SPEC.md`)).map((folder) => ({
    rule: 'spec-rules', path: `${folder}/SPEC.md`, line: 1,
    message: 'a module needs a SPEC.md with numbered rules',
  }))
}

function specFindings(specs: readonly SourceFile[]): Finding[] {
  const findings: Finding[] = []
  const ownerOf = new Map<string, string>()
  for (const spec of specs) {
    const rules = specRules(spec)
    const say = (line: number, message: string) =>
      findings.push({ rule: 'spec-rules', path: spec.path, line, message })
    if (rules.length === 0) say(1, 'no numbered rule found; write a list item such as "STK1 ..."')
    const extra = rules[MOST_RULES]
    if (extra) say(extra.line, `${rules.length} rules, at most ${MOST_RULES}: split the module`)
    const seen = new Set<string>()
    for (const rule of rules) {
      if (seen.has(rule.id)) say(rule.line, `${rule.id} is numbered twice`)
      seen.add(rule.id)
    }
    for (const prefix of new Set(rules.map((rule) => rule.id.replace(/\d+/, '')))) {
      const owner = ownerOf.get(prefix)
      if (owner) say(1, `prefix ${prefix} already belongs to ${owner}`)
      else ownerOf.set(prefix, spec.path)
    }
  }
  return findings
}

/** SPEC.md and the tests name the same rules, both ways. */
export const specRulesRule: TidyRule = {
  name: 'spec-rules',
  check(files) {
    const specs = files.filter((file) => /(^|\/)SPEC\.md$/.test(file.path))
    const rules = specs.flatMap(specRules)
    const tests = files.filter((file) => holdsTests(file.path)).flatMap(testedRules)
    const tested = new Set(tests.map((test) => test.id))
    const known = new Set(rules.map((rule) => rule.id))
    const prefixes = new Set(rules.map((rule) => rule.id.replace(/\d+/, '')))
    const untested = rules.filter((rule) => !tested.has(rule.id)).map((rule) => ({
      rule: 'spec-rules', path: rule.path, line: rule.line,
      message: `${rule.id} has no test whose name starts with ${rule.id}`,
    }))
    const strangers = tests
      .filter((test) => prefixes.has(test.id.replace(/\d+/, '')) && !known.has(test.id))
      .map((test) => ({
        rule: 'spec-rules', path: test.path, line: test.line,
        message: `the test names ${test.id}, which no SPEC.md has`,
      }))
    return [...modulesWithoutSpec(files), ...specFindings(specs), ...untested, ...strangers]
  },
}
