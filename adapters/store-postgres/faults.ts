import { Fault } from '#kernel'

/** What PostgreSQL or the socket said, as far as errors of `pg` tell. */
const codeOf = (error: unknown): string | undefined => {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : undefined
}

// Classes 08 (connection) and 57P (shutdown, crash, starting), idle timeouts, too many connections.
const LOST = /^(08|57P0|25P0[34]$|53300$|ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_AGAIN)/
// `pg` and its pool say these without a code.
const LOST_WORDS =
  /^(Connection terminated|timeout exceeded when trying|Client has encountered a conn)/
const TIMEOUT = ['57014', '55P03']
const CONTENDED = ['40001', '40P01']
const FULL = ['53100', '53200']

export const isContended = (error: unknown): boolean => CONTENDED.includes(codeOf(error) ?? '')

/** A fault for what is not about the statement; anything else (constraints, syntax) stays itself.
 *  */
export function toFault(error: unknown): unknown {
  if (error instanceof Fault) return error
  const code = codeOf(error)
  const words = error instanceof Error ? error.message : ''
  if ((code && LOST.test(code)) || LOST_WORDS.test(words)) {
    return new Fault('store.unavailable', {
      retryable: true, cause: error, message: 'The database cannot be reached right now.',
    })
  }
  if (code && TIMEOUT.includes(code)) {
    return new Fault('store.timeout', {
      retryable: true, cause: error, message: 'The database took too long and was stopped.',
    })
  }
  if (code && FULL.includes(code)) {
    return new Fault('store.full', {
      cause: error, message: 'The database has no room left on its disk or in memory.',
    })
  }
  return error
}

/** Contention that did not go away within the tries. */
export const contendedFault = (cause: unknown): Fault => new Fault('store.contended', {
  retryable: true, cause, message: 'Too many writers want the same rows at once.',
})
