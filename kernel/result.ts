/** The world said no, as expected. `code` is public and never renamed, e.g.
 *  `trade.stock.sold_out`. */
export interface Refusal<Code extends string = string> {
  readonly code: Code
  /** Values for the sentence that a person reads: numbers, names, limits. Never secrets. */
  readonly details?: Readonly<Record<string, string | number>>
}

export type Result<T, R extends Refusal = Refusal> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: R }

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value })

export function refuse<const Code extends string>(
  code: Code,
  details?: Refusal['details'],
): { readonly ok: false; readonly refusal: Refusal<Code> } {
  return { ok: false, refusal: details === undefined ? { code } : { code, details } }
}

/** Something outside broke: thrown, caught at the edge of one request, job or room. */
export class Fault extends Error {
  readonly code: string
  readonly retryable: boolean
  constructor(
    code: string,
    options: { retryable?: boolean; cause?: unknown; message?: string } = {},
  ) {
    super(options.message ?? code, { cause: options.cause })
    this.name = 'Fault'
    this.code = code
    this.retryable = options.retryable ?? false
  }
}

/** We were wrong: a bug. Dies at the edge and reports. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`bug: ${message}`)
}

/** One row of a contract's `refusalCodes`: the public code, its HTTP status and its meaning. */
export interface RefusalDoc {
  readonly code: string
  readonly status: 400 | 401 | 403 | 404 | 409 | 410 | 413 | 415 | 422 | 429 | 503
  readonly doc: string
}
