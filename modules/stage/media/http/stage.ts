import type { IncomingMessage } from 'node:http'
import { Compile } from 'typebox/compile'
import { StageList } from '../contract.ts'

const BYTES_MAX = 8_192
const isList = Compile(StageList)

/** The list that the server sends; null when it is none. */
export async function readStage(request: IncomingMessage): Promise<StageList | null> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > BYTES_MAX) return null
    chunks.push(chunk)
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    return isList.Check(value) ? value : null
  } catch {
    return null
  }
}
