import type { IncomingMessage } from 'node:http'

/** What can be believed of who sends a request; nothing else at this edge reads where it comes
 *  from. */
export interface Clients {
  of(request: IncomingMessage): {
    readonly address: string
    /** The host that they came by. */
    readonly host: string | undefined
    /** A proxy in front speaks HTTPS with them. */
    readonly isSecure: boolean
    /** ISO 3166-1 alpha-2; null when nothing suggests one. */
    readonly country: string | null
  }
}
