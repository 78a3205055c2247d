import { generators } from './lib/generators.ts'
import { projectRoot, rootFromArguments, runNode } from './lib/run.ts'

const root = rootFromArguments()
for (const { name, script } of generators(projectRoot)) {
  const { code, output } = await runNode(script, ['--root', root], { cwd: root })
  console.log(`${name}: ${output.trim()}`)
  if (code !== 0) process.exitCode = 1
}
