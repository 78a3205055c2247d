import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const projectRoot: string = fileURLToPath(new URL('../..', import.meta.url))
  .replace(/[\\/]$/, '')

/** `--root folder` of the command line, the project itself when it is not given. */
export function rootFromArguments(args: readonly string[] = process.argv.slice(2)): string {
  const at = args.indexOf('--root')
  return at === -1 ? projectRoot : args[at + 1] ?? projectRoot
}

export interface Outcome {
  readonly code: number
  readonly output: string
}

/** Runs a program to its end and keeps what it printed. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Outcome> {
  return new Promise((done) => {
    const child = spawn(program, args, {
      cwd: options.cwd ?? projectRoot,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => { output += chunk.toString() })
    child.stderr.on('data', (chunk: Buffer) => { output += chunk.toString() })
    child.on('error', (error) => done({ code: 127, output: `${output}${error.message}\n` }))
    child.on('close', (code) => done({ code: code ?? 1, output }))
  })
}

/** Runs one of our own scripts, or a JavaScript file of a package, with this very Node. */
export const runNode = (
  script: string, args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Outcome> =>
  runProgram(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...args], options)
