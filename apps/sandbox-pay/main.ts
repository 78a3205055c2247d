import { mkdirSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { systemClock, systemRandom } from '#kernel'
import { openLedger } from './ledger.ts'
import { makeProvider } from './provider.ts'
import { makeServer } from './server.ts'

function need(name: string): string {
  const value = process.env[name]
  if (!value) {
    process.stderr.write(`sandbox-pay: ${name} is not set\n`)
    process.exit(2)
  }
  return value
}

const folder = need('SILKCAST_DATA')
const serverUrl = new URL(need('SILKCAST_SERVER_URL'))
const publicUrl = new URL(process.env['SILKCAST_PAY_PUBLIC_URL'] || serverUrl)

mkdirSync(folder, { recursive: true })
const ledger = openLedger(folder)
const provider = makeProvider({
  ledger, clock: systemClock, random: systemRandom,
  webhookTarget: new URL('/webhooks/sandbox', serverUrl).href,
  webhookSecret: need('SILKCAST_PAY_WEBHOOK_SECRET'),
})
const server = makeServer({
  provider, clock: systemClock, key: need('SILKCAST_PAY_KEY'),
  // The shop serves our pages from its own origin, whatever name the browser knows it by.
  publicPath: publicUrl.pathname.replace(/\/+$/, '').replace(/\/sandbox-pay$/, ''),
  merchant: process.env['SILKCAST_PAY_MERCHANT'] ?? 'Silkcast demo shop',
  shopOrigin: publicUrl.origin,
})

function end(): void {
  provider.stop()
  ledger.close()
  process.exit(0)
}

server.on('error', (error) => {
  process.stderr.write(`sandbox-pay: ${error.message}\n`)
  process.exit(1)
})
server.listen(Number(process.env['SILKCAST_PAY_PORT'] ?? 0), '127.0.0.1', () => {
  provider.resume()
  const { port } = server.address() as AddressInfo
  process.stdout.write(`${JSON.stringify({ ready: true, port })}\n`)
})

// The parent holds our stdin: when it closes, the parent is gone.
process.stdin.on('end', end).on('error', end).resume()
process.on('SIGTERM', end)
process.on('SIGINT', end)
