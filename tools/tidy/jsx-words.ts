import { isNode, isTest, lineAt, parse, walk } from './source.ts'
import type { Finding, SourceFile, SyntaxNode, TidyRule } from './source.ts'

const READ_BY_PEOPLE = new Set([
  'aria-label', 'aria-description', 'aria-roledescription', 'aria-valuetext', 'aria-placeholder',
  'title', 'placeholder', 'alt', 'label',
])
// The name of the product is the same in every language.
const SAME_EVERYWHERE = /\bSilkcast\b/g

const ENTITY = /&#?\w+;/g

const hasWords = (text: string) =>
  /\p{L}/u.test(text.replace(SAME_EVERYWHERE, '').replace(ENTITY, ''))

/** The literal pieces that an expression can put on the screen. */
function literals(node: unknown): SyntaxNode[] {
  if (!isNode(node)) return []
  switch (node.type) {
    case 'Literal':
      return typeof node['value'] === 'string' && hasWords(node['value']) ? [node] : []
    case 'TemplateLiteral':
      return (node['quasis'] as SyntaxNode[])
        .filter((quasi) => hasWords((quasi['value'] as { raw: string }).raw))
    case 'ConditionalExpression':
      return [...literals(node['consequent']), ...literals(node['alternate'])]
    case 'LogicalExpression':
      return [...literals(node['left']), ...literals(node['right'])]
    case 'BinaryExpression':
      return node['operator'] === '+'
        ? [...literals(node['left']), ...literals(node['right'])] : []
    case 'JSXExpressionContainer':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'ParenthesizedExpression':
      return literals(node['expression'])
    case 'JSXText':
      return hasWords(String(node['value'])) ? [node] : []
    default:
      return []
  }
}

function attributeName(node: SyntaxNode): string {
  const name = node['name'] as SyntaxNode
  return typeof name['name'] === 'string' ? name['name'] : ''
}

function checkFile(file: SourceFile): Finding[] {
  const findings: Finding[] = []
  const say = (node: SyntaxNode, where: string) => findings.push({
    rule: 'jsx-words', path: file.path, line: lineAt(file.text, node.start + leading(file, node)),
    message: `literal text in ${where}: put it into the catalog`,
  })
  walk(parse(file).program, (node) => {
    if (node.type === 'JSXElement' || node.type === 'JSXFragment') {
      const children = node['children'] as unknown[]
      for (const literal of children.flatMap(literals)) say(literal, 'JSX')
    } else if (node.type === 'JSXAttribute' && READ_BY_PEOPLE.has(attributeName(node))) {
      for (const literal of literals(node['value'])) say(literal, attributeName(node))
    }
  })
  return findings
}

const leading = (file: SourceFile, node: SyntaxNode) =>
  /^\s*/.exec(file.text.slice(node.start, node.end))![0].length

/** Every sentence a person reads comes from the catalogs, in their language. */
export const jsxWordsRule: TidyRule = {
  name: 'jsx-words',
  check: (files) => files
    .filter((file) => /^(apps|ui)\/.*\.tsx$/.test(file.path) && !isTest(file.path))
    .flatMap(checkFile),
}
