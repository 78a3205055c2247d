import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'

/** Who asks behind our proxy, by its word: a name that is the same for all that one viewer asks,
 *  and an address. Undefined when the word is missing or not the proxy's. */
export type AskerReader = (headers: IncomingHttpHeaders) =>
  Asker | undefined

/** See AskerReader. A seat is for one show and until a moment. */
export interface Asker {
  readonly viewer: string
  readonly address: string
  readonly seat?: {
    readonly showId: string
    readonly need: 'wish' | 'seat'
    readonly untilMs: number
  } | undefined
}

/** What tells one asker from another: the proxy's word, else the address and its browser. */
export function pollerOf({ headers, socket }: {
  readonly headers: IncomingMessage['headers']
  readonly socket: { readonly remoteAddress?: string | undefined }
}, asker: ReturnType<AskerReader>): string {
  if (asker) return `v ${asker.viewer}`
  return `a ${socket.remoteAddress ?? ''} ${(headers['user-agent'] ?? '').slice(0, 80)}`
}
