import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { startTestPostgres } from './postgres.ts'

/** Where the tests of this run ask for the PostgreSQL they share. */
export const ASK_AT = 'SILKCAST_TEST_PG_ASK'
export const GIVEN_URL = 'SILKCAST_TEST_PG_URL'

/** Starts PostgreSQL when the first test asks, so that a run without one does not pay for it. */
export async function offerSharedPostgres(): Promise<{ stop(): Promise<void> }> {
  let running: ReturnType<typeof startTestPostgres> | undefined
  const path = `/${randomBytes(12).toString('hex')}`
  const server = createServer((request, response) => {
    if (request.url !== path) return void response.writeHead(404).end()
    running ??= startTestPostgres()
    running.then(
      ({ url }) => response.end(url),
      (error: Error) => response.writeHead(500).end(error.message),
    )
  })
  await new Promise<void>((done) => { server.listen(0, '127.0.0.1', done) })
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  process.env[ASK_AT] = `http://127.0.0.1:${port}${path}`
  return {
    async stop() {
      delete process.env[ASK_AT]
      server.close()
      await running?.then((postgres) => postgres.stop(), () => {})
    },
  }
}

/** The shared PostgreSQL of this run; one of our own when nobody offers one. */
export async function findTestPostgres(): Promise<{ url: string; stop(): Promise<void> }> {
  const stop = async () => {}
  const given = process.env[GIVEN_URL]
  if (given) return { url: given, stop }
  const askAt = process.env[ASK_AT]
  if (!askAt) return startTestPostgres()
  const answer = await fetch(askAt)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`the tests' PostgreSQL did not start: ${text}`)
  return { url: text, stop }
}
