import { bannedCallsRule } from './banned-calls.ts'
import { documentedExportsRule } from './documented-exports.ts'
import { fileNamesRule } from './file-names.ts'
import { foreignTablesRule } from './foreign-tables.ts'
import { jsxWordsRule } from './jsx-words.ts'
import { migrationsRule } from './migrations.ts'
import { neighboursRule } from './neighbours.ts'
import { plainTypescriptRule } from './plain-typescript.ts'
import { sizesRule } from './sizes.ts'
import { specRulesRule } from './spec-rules.ts'
import { unfinishedRule } from './unfinished.ts'
import type { Finding, SourceFile, TidyRule } from './source.ts'

export const tidyRules: readonly TidyRule[] = [
  bannedCallsRule, documentedExportsRule, fileNamesRule, foreignTablesRule, jsxWordsRule,
  migrationsRule, neighboursRule, plainTypescriptRule, sizesRule, specRulesRule, unfinishedRule,
]

/** All rules over one tree, in the order a reader walks it. */
export function runTidy(files: readonly SourceFile[]): Finding[] {
  return tidyRules.flatMap((rule) => rule.check(files)).sort((a, b) =>
    a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1)
}
