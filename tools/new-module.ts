import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { stampRooms, stampWords } from './lib/module-rooms.ts'
import { projectRoot, rootFromArguments, runNode } from './lib/run.ts'
import { specRules } from './tidy/spec-rules.ts'
import { readTree } from './tidy/source.ts'

const WINGS = ['stage', 'trade', 'people', 'guard', 'insight']
const USAGE = `Stamps the rooms of a new module.

  npm run new-module -- <wing>/<name> [--prefix ABC]

wing    ${WINGS.join(', ')}
name    one English noun in kebab-case
prefix  2 to 5 capitals for its spec rules; made from the name when not given`

function takenPrefixes(root: string): Set<string> {
  return new Set(readTree(root).filter((file) => file.path.endsWith('SPEC.md'))
    .flatMap(specRules).map((rule) => rule.id.replace(/\d+/, '')))
}

/** `stock` -> `STK`: the first letter and the consonants that follow. */
function guessPrefix(name: string, taken: ReadonlySet<string>): string | undefined {
  const letters = name.replace(/[^a-z]/g, '').toUpperCase()
  const consonants = letters[0] + letters.slice(1).replace(/[AEIOU]/g, '')
  const guesses = [consonants.slice(0, 3), letters.slice(0, 3), consonants.slice(0, 4),
    letters.slice(0, 4), letters.slice(0, 5)]
  return guesses.find((guess) => /^[A-Z]{2,5}$/.test(guess) && !taken.has(guess))
}

function option(args: readonly string[], name: string): string | undefined {
  const at = args.indexOf(name)
  return at === -1 ? undefined : args[at + 1]
}

function stop(message: string): never {
  console.log(message)
  process.exit(1)
}

const args = process.argv.slice(2)
const root = rootFromArguments(args)
const [wing, name, ...rest] = (args[0] ?? '').split('/')
if (!wing || !name || rest.length > 0) stop(USAGE)
if (!WINGS.includes(wing)) stop(`"${wing}" is no wing of the house: ${WINGS.join(', ')}`)
if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) stop(`"${name}" is not a kebab-case noun`)
const folder = `modules/${wing}/${name}`
if (existsSync(join(root, folder))) stop(`${folder} exists already`)
const taken = takenPrefixes(root)
const prefix = option(args, '--prefix') ?? guessPrefix(name, taken)
if (!prefix || !/^[A-Z]{2,5}$/.test(prefix)) stop('give a prefix of 2 to 5 capitals: --prefix ABC')
if (taken.has(prefix)) stop(`the prefix ${prefix} is taken: choose another with --prefix ABC`)

const names = { wing, name, prefix }
for (const [path, text] of Object.entries(stampRooms(names))) {
  const full = join(root, folder, path)
  mkdirSync(dirname(full), { recursive: true })
  writeFileSync(full, text)
  console.log(`${folder}/${path}`)
}
const catalogs = join(root, 'ui/words')
for (const file of existsSync(catalogs) ? readdirSync(catalogs) : []) {
  const [language, extension] = file.split('.')
  if (!language || extension !== 'json') continue
  const path = join(catalogs, file)
  writeFileSync(path, stampWords(names, language, readFileSync(path, 'utf8')))
  console.log(`ui/words/${file}`)
}
const generate = join(projectRoot, 'tools/generate.ts')
const { code, output } = await runNode(generate, ['--root', root], { cwd: root })
console.log(output.trim())
console.log(`Next: write SPEC.md, then wire ${folder} in apps/server/compose.ts.`)
process.exitCode = code
