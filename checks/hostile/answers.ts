import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Answer } from './wire.ts'

const root = join(import.meta.dirname, '..', '..')

/** Every refusal that people may be told, with its status, as docs/errors.md says it. */
export const documented = new Map(
  [...readFileSync(join(root, 'docs', 'errors.md'), 'utf8').matchAll(
    /^\| `([^`]+)` \| (\d{3}) \|/gm)]
    .map(([, code, status]) => [code!, Number(status)]))

/** What no answer may carry: places on our disk, our code, our tables, what a stack looks like. */
const leaks = [
  root, /\/(work|tmp|var\/lib|home|root)\//, /node_modules/, /\n\s+at \S+/, /\.ts[:)]/,
  /trade_\w+\.|people_accounts|stage_\w+\./, /postgres(ql)?:/i,
    /syntax error|violates|duplicate key/i,
  /FST_ERR|ERR_[A-Z]{3}|ECONN|EPIPE/,
]

/** Words that only some people may read; filled by the world. */
export const secrets: string[] = []

export function findLeaks({ text }: Answer, mayKnow: readonly string[] = []): string[] {
  const told = leaks.filter((leak) => typeof leak === 'string' ? text.includes(leak)
    : leak.test(text))
  const secret = secrets.filter((word) => !mayKnow.includes(word) && text.includes(word))
  return [...told.map(String), ...secret.map((word) => `secret ${word.slice(0, 6)}…`)]
}

const findings: string[] = []

/** Notes what should not be: a test of many requests tells them all at once. */
export function note(what: string, isWrong = true): void {
  if (isWrong) findings.push(what)
}

/** Fails with everything that was noted since. */
export function expectNoFindings(): void {
  expect(findings.splice(0).join('\n')).toBe('')
}

const shown = ({ status, code, text }: Answer): string => `${status} ${code ?? text.slice(0, 80)}`

/** Whatever was asked: no fault of ours, nothing leaked, and a no that is in the book. */
export function expectCalm(what: string, answer: Answer, mayKnow?: readonly string[]): void {
  const { status, code } = answer
  const told = findLeaks(answer, mayKnow)
  note(`${what}: leaks ${told.join(', ')} in ${shown(answer)}`, told.length > 0)
  const isBook = status < 400 || (code !== undefined && documented.get(code) === status)
  note(`${what}: ${shown(answer)} is not in docs/errors.md`, !isBook)
}

/** A clear no, with one of these codes. */
export function expectNo(what: string, answer: Answer, ...codes: string[]): void {
  expectCalm(what, answer)
  note(`${what}: ${shown(answer)} instead of ${codes.join(' or ')}`,
    !codes.includes(answer.code ?? ''))
}
