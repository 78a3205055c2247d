import { isCode, isTesting, lineAt, parse, walk, dottedName } from './source.ts'
import type { Finding, SourceFile, TidyRule } from './source.ts'

const MARKER = /\b(TODO|FIXME|XXX|HACK)\b/
const LEFT_OUT = /^(it|test|describe|suite)\.(?:[a-z]+\.)*(skip|only|todo|fails)$/i

function checkFile(file: SourceFile): Finding[] {
  const findings: Finding[] = []
  const { program, comments } = parse(file)
  const say = (start: number, message: string) => findings.push({
    rule: 'unfinished', path: file.path, line: lineAt(file.text, start), message,
  })
  for (const comment of comments) {
    const marker = MARKER.exec(comment.value)?.[0]
    if (marker) say(comment.start, `${marker}: finish it, or open an issue`)
    if (/@ts-(ignore|nocheck)/.test(comment.value)) {
      say(comment.start, 'silences the compiler: use @ts-expect-error with a reason')
    }
  }
  if (!isTesting(file.path)) return findings
  walk(program, (node) => {
    const name = node.type === 'MemberExpression' ? dottedName(node) : undefined
    const left = name ? LEFT_OUT.exec(name)?.[2] : undefined
    if (left) say(node.start, `.${left} leaves tests out: use skipIf with a reason in the name`)
  })
  return findings
}

/** No markers of unfinished work, no tests left out by hand. */
export const unfinishedRule: TidyRule = {
  name: 'unfinished',
  check: (files) => files
    .filter((file) => isCode(file.path))
    .flatMap(checkFile),
}
