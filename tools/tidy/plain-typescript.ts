import { isCode, lineAt, parse, walk } from './source.ts'
import type { Finding, SourceFile, SyntaxNode, TidyRule } from './source.ts'

function complaint(node: SyntaxNode): string | undefined {
  if (node.type === 'TSEnumDeclaration') return 'no enum: use a union of strings'
  if (node.type === 'TSModuleDeclaration' && node['kind'] === 'namespace') {
    return 'no namespace: a file is the namespace'
  }
  if (node.type === 'Decorator') return 'no decorators: files run as they are'
  if (node.type === 'TSParameterProperty') return 'no parameter properties: assign in the body'
  if (node.type === 'TSImportEqualsDeclaration') return 'no import = : use import'
  return undefined
}

const STATEMENT_WITH_SEMICOLON = new Set([
  'ExpressionStatement', 'VariableDeclaration', 'ReturnStatement', 'ImportDeclaration',
  'ThrowStatement', 'ExportNamedDeclaration', 'ExportAllDeclaration', 'TSTypeAliasDeclaration',
  'BreakStatement', 'ContinueStatement',
])

function checkFile(file: SourceFile): Finding[] {
  const findings: Finding[] = []
  const { program, broken } = parse(file)
  const say = (start: number, message: string) => findings.push({
    rule: 'plain-typescript', path: file.path, line: lineAt(file.text, start), message,
  })
  if (broken) say(0, `does not parse: ${broken}`)
  let semicolonSaid = false
  walk(program, (node) => {
    const message = complaint(node)
    if (message) say(node.start, message)
    if (semicolonSaid || !STATEMENT_WITH_SEMICOLON.has(node.type)) return
    // `for (let i = 0; ...)` holds a declaration that is followed by, but does not end with, one.
    const endsLine = /^[ \t]*(\n|$)/.test(file.text.slice(node.end))
    if (file.text[node.end - 1] === ';' && endsLine) {
      semicolonSaid = true
      say(node.end - 1, 'no semicolons at the end of a line')
    }
  })
  return findings
}

/** Only what Node's type stripping runs as it is, in one hand. */
export const plainTypescriptRule: TidyRule = {
  name: 'plain-typescript',
  check: (files) => files.filter((file) => isCode(file.path)).flatMap(checkFile),
}
