import { rootFromArguments } from './lib/run.ts'
import { checkWords } from './words/check.ts'
import { readRefusalCodes } from './words/codes.ts'

const root = rootFromArguments()
const { problems, sentences } = checkWords(root, await readRefusalCodes(root))
for (const problem of problems) console.log(problem)
console.log(problems.length === 0
  ? `${sentences} sentences, every language complete`
  : `${problems.length} problems in the catalogs`)
process.exitCode = problems.length === 0 ? 0 : 1
