import { rootFromArguments } from '../lib/run.ts'
import { runTidy, tidyRules } from './index.ts'
import { readTree } from './source.ts'

const files = readTree(rootFromArguments())
const findings = runTidy(files)
for (const { rule, path, line, message } of findings) {
  console.log(`${path}:${line} ${message} [${rule}]`)
}
console.log(`${files.length} files, ${tidyRules.length} rules, ${findings.length} findings`)
process.exitCode = findings.length > 0 ? 1 : 0
