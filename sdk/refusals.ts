import type { RefusalDoc } from '#kernel'

/** What the sdk itself refuses, before or instead of an answer of the house. */
export const sdkRefusals = [
  { code: 'sdk.offline', status: 503, doc: 'The house cannot be reached.' },
  { code: 'sdk.bad_answer', status: 503, doc: 'What came back is not an answer of the house.' },
  { code: 'sdk.no_answer', status: 503, doc: 'No answer in time: it may have happened.' },
] as const satisfies readonly RefusalDoc[]
