import {
  dottedName, isCode, isNode, isTestCode, lineAt, literalTexts, parse, walk,
} from './source.ts'
import type { Finding, SourceFile, SyntaxNode, TidyRule } from './source.ts'

const GUARDED = /^(modules|flows|views)\//

const BANNED: Readonly<Record<string, string>> = {
  'Date.now': 'ask the Clock of the kernel',
  'Date': 'ask the Clock of the kernel',
  'performance.now': 'ask the Clock of the kernel',
  'Temporal.Now': 'ask the Clock of the kernel',
  'Math.random': 'ask the Random of the kernel',
  'crypto.randomUUID': 'ask the Ids of the kernel',
  'crypto.getRandomValues': 'ask the Random of the kernel',
  'randomUUID': 'ask the Ids of the kernel',
  'randomBytes': 'ask the Random of the kernel',
  'randomInt': 'ask the Random of the kernel',
  'setTimeout': 'use the Clock of the kernel',
  'setInterval': 'use the Clock of the kernel',
  'setImmediate': 'use the Clock of the kernel',
  'AbortSignal.timeout': 'use the Clock of the kernel',
  'fetch': 'outgoing calls belong in an adapter behind a port',
  'console': 'use the Log of the kernel',
  'process.env': 'take configuration as an argument',
  'process.exit': 'only an app may end its process',
  'process.hrtime': 'ask the Clock of the kernel',
}
const BANNED_IMPORTS = /^(node:)?timers(\/promises)?$/
const DATABASE_CLOCK = new RegExp(
  String.raw`\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|random|` +
  String.raw`gen_random_uuid|uuidv7|uuidv4)\s*\(\s*\)|\bcurrent_timestamp\b`, 'i')
const LOOKS_LIKE_SQL = /\b(select|insert|update|delete|where|values|default|returning|set)\b/i

/** The name as the reader of the globals sees it: `globalThis.setTimeout` is `setTimeout`. */
const globalName = (name: string) => name.replace(/^(globalThis|global|window|self)\./, '')

function bannedBy(name: string): string | undefined {
  const parts = globalName(name).split('.')
  for (let length = parts.length; length > 0; length--) {
    const candidate = parts.slice(0, length).join('.')
    if (candidate !== 'Date' && Object.hasOwn(BANNED, candidate)) return candidate
  }
  return undefined
}

function patternNames(node: unknown): string[] {
  if (!isNode(node)) return []
  if (node.type === 'Identifier') return [String(node['name'])]
  if (node.type === 'Property') return patternNames(node['value'])
  if (node.type === 'AssignmentPattern') return patternNames(node['left'])
  if (node.type === 'RestElement') return patternNames(node['argument'])
  const items = node['properties'] ?? node['elements']
  return Array.isArray(items) ? items.flatMap(patternNames) : []
}

/** Names the file declares itself, e.g. a `fetch` that came in as an argument. */
function ownNames(program: SyntaxNode): Set<string> {
  const names = new Set<string>()
  walk(program, (node) => {
    const patterns = node.type === 'VariableDeclarator' ? [node['id']]
      : Array.isArray(node['params']) ? node['params'] : []
    for (const name of patterns.flatMap(patternNames)) names.add(name)
  })
  return names
}

function nameIn(node: SyntaxNode, parents: readonly SyntaxNode[]): string | undefined {
  const parent = parents.at(-1)
  if (node.type === 'Identifier') {
    // The object of a longer chain is judged with the chain; keys and types are no use of a global.
    if (parent?.type === 'MemberExpression') return undefined
    if (parent?.type === 'Property' && parent['key'] === node && parent['shorthand'] !== true) {
      return undefined
    }
    if (parent?.type.startsWith('TS') || parent?.type === 'ImportSpecifier') return undefined
    return String(node['name'])
  }
  if (node.type === 'MemberExpression' && parent?.type !== 'MemberExpression') {
    return dottedName(node)
  }
  return undefined
}

function clockOfDate(node: SyntaxNode): string | undefined {
  if (dottedName(node['callee']) !== 'Date') return undefined
  if (node.type === 'CallExpression') return 'Date()'
  const isEmpty = (node['arguments'] as unknown[]).length === 0
  return node.type === 'NewExpression' && isEmpty ? 'new Date()' : undefined
}

function checkCode(file: SourceFile): Finding[] {
  const findings: Finding[] = []
  const { program } = parse(file)
  const own = ownNames(program)
  const say = (start: number, what: string, instead: string) => findings.push({
    rule: 'banned-calls', path: file.path, line: lineAt(file.text, start),
    message: `${what} is banned here: ${instead}`,
  })
  walk(program, (node, parents) => {
    const date = clockOfDate(node)
    if (date) return void say(node.start, date, BANNED['Date']!)
    if (node.type === 'ImportDeclaration') {
      const from = String((node['source'] as SyntaxNode)['value'])
      if (BANNED_IMPORTS.test(from)) say(node.start, from, 'use the Clock of the kernel')
      return
    }
    const name = nameIn(node, parents)
    if (name === undefined || own.has(name.split('.')[0]!)) return
    const banned = bannedBy(name)
    if (banned) say(node.start, banned, BANNED[banned]!)
  })
  for (const { text, start } of literalTexts(program)) {
    const call = LOOKS_LIKE_SQL.test(text) ? DATABASE_CLOCK.exec(text) : null
    if (call) say(start, `${call[0]} in SQL`, 'pass the moment or the value as a parameter')
  }
  return findings
}

function checkSql(file: SourceFile): Finding[] {
  return file.text.split('\n').flatMap((line, index) => {
    const call = DATABASE_CLOCK.exec(line.replace(/--.*/, ''))
    return call ? [{
      rule: 'banned-calls', path: file.path, line: index + 1,
      message: `${call[0]} in SQL is banned here: pass the moment or the value as a parameter`,
    }] : []
  })
}

/** Time, chance, timers, sockets and configuration come through ports, so a simulator owns them. */
export const bannedCallsRule: TidyRule = {
  name: 'banned-calls',
  check: (files) => files
    .filter((file) => GUARDED.test(file.path) && !isTestCode(file))
    .flatMap((file) => {
      if (isCode(file.path)) return checkCode(file)
      return file.path.endsWith('.sql') ? checkSql(file) : []
    }),
}
