import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { cruise } from 'dependency-cruiser'
import type { ICruiseOptions, ICruiseResult, IFlattenedRuleSet } from 'dependency-cruiser'
import { codeFolders, isChecked } from './lib/folders.ts'
import { projectRoot, rootFromArguments } from './lib/run.ts'
import { isCode, readTree } from './tidy/source.ts'

interface Config { readonly options: ICruiseOptions; readonly forbidden: unknown[] }

async function cruiseTree(folders: string[]): Promise<ICruiseResult> {
  const at = process.argv.indexOf('--config')
  const path = process.argv[at + 1]
  const file = at !== -1 && path ? path : join(projectRoot, '.dependency-cruiser.mjs')
  const { default: config } = await import(pathToFileURL(file).href) as { default: Config }
  const ruleSet = { forbidden: config.forbidden } as unknown as IFlattenedRuleSet
  const result = await cruise(folders, { ...config.options, validate: true, ruleSet })
  return result.output as ICruiseResult
}

function printViolations(result: ICruiseResult): number {
  const { violations, ruleSetUsed } = result.summary
  const known = violations.filter(({ from }) => isChecked(from))
  for (const { from, to, rule, cycle } of known) {
    const path = cycle ? cycle.map((step) => step.name).join(' -> ') : to
    const comment = ruleSetUsed?.forbidden?.find(({ name }) => name === rule.name)?.comment
    console.log(`${from} -> ${path} [${rule.name}] ${comment ?? ''}`)
  }
  return known.length
}

// Without its parser dependency-cruiser checks nothing and is content: so we count.
function printUnchecked(result: ICruiseResult, expected: readonly string[]): number {
  const checked = new Set(result.modules.map((module) => module.source))
  const unchecked = expected.filter((path) => !checked.has(path) && existsSync(path))
  for (const path of unchecked) console.log(`${path} was not checked`)
  if (checked.size === 0) console.log('0 files were checked')
  return unchecked.length + (checked.size === 0 ? 1 : 0)
}

process.chdir(rootFromArguments())
const expected = readTree('.').map((file) => file.path)
  .filter((path) => isCode(path) && isChecked(path))
const result = await cruiseTree(codeFolders.filter((folder) => existsSync(folder)))
const problems = printViolations(result) + printUnchecked(result, expected)
const ours = result.modules.filter((module) => expected.includes(module.source)).length
console.log(`${ours} files, ${problems} findings`)
process.exitCode = problems > 0 ? 1 : 0
