import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** Who asks, as the server tells the media process: an opaque name that is the same for all
 *  requests of one viewer, and an address. */
export interface Asker {
  readonly viewer: string
  readonly address: string
}

const HEADER = 'x-silkcast-asker'
const FORM = /^([A-Za-z0-9_-]{8,32}) ([0-9a-f.:]{0,45}) ([A-Za-z0-9_-]{43})$/

const seal = (key: string, text: string): string =>
  createHmac('sha256', key).update(`asker\n${text}`).digest('base64url')

/** The header with which one process tells the other. The seal says that it is ours: the key
 *  itself, which opens more, does not travel with what strangers ask. */
export function sealAsker(key: string, { viewer, address }: Asker): Record<string, string> {
  const text = `${viewer} ${address}`
  return { [HEADER]: `${text} ${seal(key, text)}` }
}

/** Reads that header; undefined when it is missing or not ours. */
export function makeAskerReader(key: string) {
  return (headers: IncomingHttpHeaders): Asker | undefined => {
    const [, viewer, address, given] = FORM.exec(String(headers[HEADER] ?? '').slice(0, 200)) ?? []
    if (viewer === undefined || address === undefined || given === undefined) return undefined
    const wanted = Buffer.from(seal(key, `${viewer} ${address}`))
    return timingSafeEqual(Buffer.from(given), wanted) ? { viewer, address } : undefined
  }
}
