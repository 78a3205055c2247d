import {
  childrenOf, isCode, isGenerated, isNode, isTest, isTestCode, isTesting, lineAt, moduleOf, parse,
  walk,
} from './source.ts'
import type { Finding, SourceFile, SyntaxNode, TidyRule } from './source.ts'

export const LAWS = {
  file: 400, test: 600, contract: 400, function: 70, module: 6000, kernel: 2500, line: 100,
} as const
const SLACK = 10
const DEBT_FILE = 'tools/size-debt.json'

interface Size {
  readonly path: string
  /** `file`, `line`, or `function makeStock`: what the debt file names it by. */
  readonly what: string
  readonly line: number
  readonly size: number
  readonly law: number
}

interface Debt {
  readonly path: string
  readonly what: string
  readonly size: number
  readonly reason: string
}

const countLines = (text: string) => text.replace(/\n$/, '').split('\n').length

function fileSize(file: SourceFile): Size {
  const law = isTest(file.path) ? LAWS.test
    : file.path.endsWith('/contract.ts') ? LAWS.contract : LAWS.file
  return { path: file.path, what: 'file', line: 1, size: countLines(file.text), law }
}

function wideLines(file: SourceFile): Size[] {
  return file.text.split('\n').flatMap((text, index) => {
    const size = [...text].length
    // A web address cannot be broken over two lines.
    if (size <= LAWS.line || /https?:\/\/\S{60,}/.test(text)) return []
    return [{ path: file.path, what: 'line', line: index + 1, size, law: LAWS.line }]
  })
}

const FUNCTIONS = new Set([
  'FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression',
])

function functionName(node: SyntaxNode, parent: SyntaxNode | undefined): string {
  const named = node['id'] ?? parent?.['id'] ?? parent?.['key']
  if (isNode(named) && typeof named['name'] === 'string') return named['name']
  if (parent?.type === 'CallExpression') return 'callback'
  return 'anonymous'
}

/** Lines of the outermost functions inside a node. */
function linesOfInner(node: SyntaxNode, file: SourceFile): number {
  return childrenOf(node).reduce((sum, child) =>
    sum + (FUNCTIONS.has(child.type) ? span(child, file) - 1 : linesOfInner(child, file)), 0)
}

const span = (node: SyntaxNode, file: SourceFile) =>
  lineAt(file.text, node.end) - lineAt(file.text, node.start) + 1

function functionSizes(file: SourceFile): Size[] {
  const sizes: Size[] = []
  walk(parse(file).program, (node, parents) => {
    if (!FUNCTIONS.has(node.type)) return
    const name = functionName(node, parents.at(-1))
    // A maker is what a class is elsewhere: its inner functions are judged one by one.
    const inner = /^make[A-Z]/.test(name) ? linesOfInner(node, file) : 0
    const size = span(node, file) - inner
    if (size <= LAWS.function) return
    const line = lineAt(file.text, node.start)
    sizes.push({ path: file.path, what: `function ${name}`, line, size, law: LAWS.function })
  })
  return sizes
}

function totals(files: readonly SourceFile[]): Size[] {
  const sums = new Map<string, number>()
  for (const file of files) {
    // What only tests run is no part of what a module does.
    if (isTestCode(file) || isTesting(file.path)) continue
    const module = moduleOf(file.path)
    const owner = module ? `modules/${module}` : file.path.startsWith('kernel/') ? 'kernel' : ''
    if (owner) sums.set(owner, (sums.get(owner) ?? 0) + countLines(file.text))
  }
  return [...sums].map(([path, size]) => {
    const what = path === 'kernel' ? 'kernel' : 'module'
    return { path, what, line: 1, size, law: LAWS[what] }
  })
}

export function measure(files: readonly SourceFile[]): Size[] {
  const code = files.filter((file) => isCode(file.path) && !isGenerated(file.path))
  return [
    ...code.map(fileSize),
    ...code.flatMap(wideLines),
    ...code.filter((file) => !isTestCode(file)).flatMap(functionSizes),
    ...totals(code),
  ]
}

function readDebts(files: readonly SourceFile[]): Debt[] {
  const text = files.find((file) => file.path === DEBT_FILE)?.text
  return text ? JSON.parse(text) as Debt[] : []
}

function debtFindings(debts: readonly Debt[], sizes: readonly Size[]): Finding[] {
  return debts.flatMap((debt) => {
    const now = Math.max(0, ...sizes
      .filter((size) => size.path === debt.path && size.what === debt.what && size.size > size.law)
      .map((size) => size.size))
    const message = now === 0 ? 'is within the law now: remove the entry'
      : debt.size > now + SLACK ? `allows ${debt.size}, it is ${now} now: lower the entry`
      : debt.reason?.trim() ? undefined : 'gives no reason'
    return message ? [{
      rule: 'sizes', path: DEBT_FILE, line: 1, message: `${debt.path} (${debt.what}) ${message}`,
    }] : []
  })
}

interface Reported extends Size { readonly more: number }

/** The first wide line of a file stands for the others. */
function oneLinePerFile(sizes: readonly Size[]): Reported[] {
  const wide = new Map<string, number>()
  for (const { path, what } of sizes) {
    if (what === 'line') wide.set(path, (wide.get(path) ?? 0) + 1)
  }
  return sizes
    .filter((size, index) => size.what !== 'line'
      || sizes.findIndex((other) => other.what === 'line' && other.path === size.path) === index)
    .map((size) => ({ ...size, more: size.what === 'line' ? wide.get(size.path)! - 1 : 0 }))
}

function sizeFinding({ path, what, line, size, law, more }: Reported): Finding {
  const unit = what === 'line' ? 'columns' : 'lines'
  const others = more > 0 ? `, and ${more} more such lines` : ''
  return { rule: 'sizes', path, line, message: `${what}: ${size} ${unit}, law ${law}${others}` }
}

/** Law sizes; `tools/size-debt.json` holds the exceptions, whose numbers may only fall. */
export const sizesRule: TidyRule = {
  name: 'sizes',
  check(files) {
    const sizes = measure(files)
    const debts = readDebts(files)
    const allowed = (size: Size) => debts.some((debt) =>
      debt.path === size.path && debt.what === size.what && size.size <= debt.size)
    const tooBig = sizes.filter((size) => size.size > size.law && !allowed(size))
    return [...oneLinePerFile(tooBig).map(sizeFinding), ...debtFindings(debts, sizes)]
  },
}
