import { isNode, lineAt, parse } from './source.ts'
import type { Finding, SourceFile, SyntaxNode, TidyRule } from './source.ts'

const PUBLIC = /^(modules\/[^/]+\/[^/]+|views|flows\/[^/]+)\/(contract|events)\.ts$/

function declaredNames(declaration: SyntaxNode): string[] {
  const list = declaration.type === 'VariableDeclaration'
    ? declaration['declarations'] as SyntaxNode[] : [declaration]
  return list.flatMap((item) => {
    const id = item['id']
    return isNode(id) && typeof id['name'] === 'string' ? [id['name']] : []
  })
}

function hasDoc(file: SourceFile, start: number): boolean {
  return parse(file).comments.some((comment) =>
    comment.type === 'Block' && comment.value.startsWith('*') && comment.end <= start
    && /\p{L}/u.test(comment.value) && /^\s*$/.test(file.text.slice(comment.end, start)))
}

function checkFile(file: SourceFile): Finding[] {
  const findings: Finding[] = []
  const documented = new Set<string>()
  for (const node of parse(file).program['body'] as SyntaxNode[]) {
    const declaration = node['declaration']
    if (node.type !== 'ExportNamedDeclaration' || !isNode(declaration)) continue
    const isDocumented = hasDoc(file, node.start)
    for (const name of declaredNames(declaration)) {
      // `export type Order = Static<typeof Order>` says the same thing as the schema before it.
      if (isDocumented) documented.add(name)
      else if (!documented.has(name)) {
        findings.push({
          rule: 'documented-exports', path: file.path, line: lineAt(file.text, node.start),
          message: `export "${name}" has no doc comment`,
        })
      }
    }
  }
  return findings
}

/** Contracts and events are read by people who do not know the module. */
export const documentedExportsRule: TidyRule = {
  name: 'documented-exports',
  check: (files) => files.filter((file) => PUBLIC.test(file.path)).flatMap(checkFile),
}
