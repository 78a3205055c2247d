import { httpRefusalCodes } from '#kernel'
import type { RefusalDoc } from '#kernel'
import { cell, importModules } from './lib/import-modules.ts'
import type { Imported } from './lib/import-modules.ts'
import { rootFromArguments } from './lib/run.ts'
import { writeOrCompare } from './lib/write.ts'

const HEAD = `# Refusals

Generated from the contracts: \`npm run generate\`. A code is public and never renamed. The sentence
that a person reads for it is in the message catalogs.
`

function codesOf({ module, path, exports }: Imported): readonly RefusalDoc[] {
  const codes = (exports['refusalCodes'] ?? []) as readonly RefusalDoc[]
  const prefix = `${module.replace('/', '.').replaceAll('-', '_')}.`
  for (const { code, status, doc } of codes) {
    if (!code.startsWith(prefix)) throw new Error(`${path}: ${code} must start with ${prefix}`)
    if (!(status >= 400 && status < 600)) throw new Error(`${path}: ${code} has status ${status}`)
    if (!doc.trim()) throw new Error(`${path}: ${code} has no doc`)
  }
  const twice = codes.find(({ code }, at) => codes.findIndex((other) => other.code === code) !== at)
  if (twice) throw new Error(`${path}: ${twice.code} is listed twice`)
  return codes
}

function section(module: string, codes: readonly RefusalDoc[]): string {
  const rows = codes.map(({ code, status, doc }) => `| \`${code}\` | ${status} | ${cell(doc)} |`)
  return `\n## ${module}\n\n| code | status | when |\n|---|---|---|\n${rows.join('\n')}\n`
}

const root = rootFromArguments()
try {
  const contracts = await importModules(root, 'contract.ts')
  const sections = contracts.map((contract) => ({ ...contract, codes: codesOf(contract) }))
    .filter(({ codes }) => codes.length > 0)
    .map(({ module, codes }) => section(module, codes))
  const edge = section('http, before any module is asked', httpRefusalCodes)
  const text = HEAD + edge + sections.join('')
  writeOrCompare(root, { 'docs/errors.md': text }, 'npm run generate')
} catch (error) {
  console.log((error as Error).message)
  console.log('the contracts cannot be read')
  process.exitCode = 1
}
