import { spawn } from 'node:child_process'

/** Runs a program to its end and gives its standard output; a failure carries what it said. */
export const run = (program: string, args: readonly string[], input?: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    const [out, err]: [Buffer[], Buffer[]] = [[], []]
    child.stdout.on('data', (bytes: Buffer) => out.push(bytes))
    child.stderr.on('data', (bytes: Buffer) => err.push(bytes))
    child.on('error', (cause) => reject(new Error(`cannot run ${program}`, { cause })))
    child.on('close', (code) => {
      if (code === 0) return resolve(Buffer.concat(out).toString())
      const said = Buffer.concat(err).toString().slice(-800)
      reject(new Error(`${program} ended with ${code}: ${said}`))
    })
    child.stdin.end(input)
  })
