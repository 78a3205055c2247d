/** The part of Vitest's JSON report that the last line is made of. */
export interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly {
    readonly status: string
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** A file that could not run, and a run that broke without a failing test, each count as failed. */
export function tallyOf(report: Report | undefined, exitCode: number, checkFailed: boolean): Tally {
  const brokenFiles = (report?.testResults ?? []).filter((file) =>
    file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'))
  const tests = (report?.numFailedTests ?? 0) + brokenFiles.length
  const passed = report?.numPassedTests ?? 0
  const isSilent = exitCode !== 0 || passed === 0
  return {
    passed,
    failed: (tests === 0 && isSilent ? 1 : tests) + (checkFailed ? 1 : 0),
    skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
  }
}

export function lastLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
