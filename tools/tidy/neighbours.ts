import { isCode, isNode, isTesting, lineAt, moduleOf, parse, walk } from './source.ts'
import type { Finding, SourceFile, SyntaxNode, TidyRule } from './source.ts'

const MOST_NEIGHBOURS = 7
const MOST_DEPENDENCIES = 8

export function importedFrom(file: SourceFile): string[] {
  const found: string[] = []
  walk(parse(file).program, (node) => {
    const source = node['source']
    const imports = /^(Import|Export(Named|All))(Declaration|Expression)$|^TSImportType$/
    if (imports.test(node.type) && isNode(source) && typeof source['value'] === 'string') {
      found.push(source['value'])
    }
  })
  return found
}

function neighbourFindings(files: readonly SourceFile[]): Finding[] {
  const neighbours = new Map<string, Set<string>>()
  for (const file of files) {
    const module = moduleOf(file.path)!
    const known = neighbours.get(module) ?? new Set<string>()
    neighbours.set(module, known)
    for (const source of importedFrom(file)) {
      const other = /^#((?:stage|trade|people|guard|insight)\/[a-z0-9-]+)/.exec(source)?.[1]
      if (other && other !== module) known.add(other)
    }
  }
  return [...neighbours].filter(([, known]) => known.size > MOST_NEIGHBOURS)
    .map(([module, known]) => ({
      rule: 'neighbours', path: `modules/${module}`, line: 1,
      message: `knows ${known.size} modules, at most ${MOST_NEIGHBOURS}: `
        + [...known].sort().join(', '),
    }))
}

/** Members of the type of a maker's first parameter, when it is written in the same file. */
function dependencyCount(maker: SyntaxNode, body: readonly SyntaxNode[]): number {
  const parameter = (maker['params'] as unknown[])[0]
  const annotation = isNode(parameter) ? parameter['typeAnnotation'] : undefined
  const type = isNode(annotation) ? annotation['typeAnnotation'] : undefined
  if (!isNode(type)) return 0
  if (type.type === 'TSTypeLiteral') return (type['members'] as unknown[]).length
  const name = isNode(type['typeName']) ? type['typeName']['name'] : undefined
  for (const statement of body) {
    const declared = isNode(statement['declaration']) ? statement['declaration'] : statement
    if (declared.type !== 'TSInterfaceDeclaration') continue
    if (!isNode(declared['id']) || declared['id']['name'] !== name) continue
    return ((declared['body'] as SyntaxNode)['body'] as unknown[]).length
  }
  return 0
}

function makerFindings(file: SourceFile): Finding[] {
  const findings: Finding[] = []
  const body = parse(file).program['body'] as SyntaxNode[]
  for (const statement of body) {
    const declared = statement['declaration']
    if (!isNode(declared) || declared.type !== 'FunctionDeclaration') continue
    const name = isNode(declared['id']) ? String(declared['id']['name']) : ''
    const count = /^make[A-Z]/.test(name) ? dependencyCount(declared, body) : 0
    if (count > MOST_DEPENDENCIES) {
      findings.push({
        rule: 'neighbours', path: file.path, line: lineAt(file.text, statement.start),
        message: `${name} takes ${count} dependencies, at most ${MOST_DEPENDENCIES}`,
      })
    }
  }
  return findings
}

/** A module that needs everybody is not a module. */
export const neighboursRule: TidyRule = {
  name: 'neighbours',
  check(files) {
    const product = files.filter((file) =>
      moduleOf(file.path) && isCode(file.path) && !isTesting(file.path))
    return [...neighbourFindings(product), ...product.flatMap(makerFindings)]
  },
}
