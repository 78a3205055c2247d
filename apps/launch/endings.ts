/** How a process ended and what it said last. */
export interface Ending {
  readonly code: number | null
  readonly by: NodeJS.Signals | null
  readonly words: readonly string[]
}

// What our processes exit with when they know that trying again does not help.
const REFUSALS = [2, 3, 4]

export const isRefusal = (code: number | null): boolean => code !== null && REFUSALS.includes(code)

const HEAP = /heap out of memory|Allocation failed - JavaScript heap/
const MACHINE = /ENOMEM|EAGAIN|Cannot allocate memory/

function lastWords(words: readonly string[]): string | undefined {
  const error =
    words.findLast((line) => /^(\w*Error|Error \[\w+\]|\w+Fault|Fault)\b.*:/.test(line.trim()))
  const plain =
    words.findLast((line) => /^\S/.test(line) && !/^(Node\.js v|\(|at |\}|\{)/.test(line))
  return (error ?? plain)?.trim().slice(0, 300)
}

/** One sentence for people; whether memory was the cause, because then waiting does not help. */
export function describeEnd(name: string, ending: Ending): { sentence: string; isMemory: boolean } {
  const said = ending.words.join('\n')
  if (HEAP.test(said)) {
    return {
      isMemory: true,
      sentence: `The ${name} process used up the memory it may have and was started again; if this `
        + 'repeats, give it more with NODE_OPTIONS=--max-old-space-size=4096.',
    }
  }
  if (ending.by === 'SIGKILL' || ending.code === 137 || MACHINE.test(said)) {
    return {
      isMemory: true,
      sentence: `The ${name} process was killed, most likely because this machine has no memory `
        + 'left, and was started again; close other programs or use a machine with more.',
    }
  }
  // One that knows why says so in its last line.
  if (isRefusal(ending.code) && ending.words.length > 0) {
    return { sentence: ending.words.at(-1)!.trim().slice(0, 300), isMemory: false }
  }
  const how = ending.by ? `was ended by ${ending.by}` : `ended with code ${ending.code}`
  const why = lastWords(ending.words)
  const because = why ? `: ${why.replace(/\.$/, '')}` : ''
  return { sentence: `The ${name} process ${how}${because}.`, isMemory: false }
}
