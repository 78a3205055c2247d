import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

export interface Options {
  readonly port: number
  readonly host: string
  readonly dataDir: string
  readonly isDemo: boolean
  readonly publicUrl: string | undefined
  /** TLS under an authority of this machine's own. */
  readonly isHttps: boolean
  readonly merchant: string
  readonly ownerEmail: string | undefined
  readonly rtmpPort: number
  readonly databaseUrl: string | undefined
  readonly logLevel: LogLevel
  /** null: replays stay until somebody removes them. */
  readonly keepReplaysDays: number | null
  /** null: recordings may fill the disk. */
  readonly mediaQuotaGb: number | null
}

export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = typeof logLevels[number]

export type Asked =
  | { readonly kind: 'run'; readonly options: Options }
  | { readonly kind: 'help' | 'version' }
  | { readonly kind: 'wrong'; readonly sentence: string }

const DEMO_MERCHANT = 'Lantern & Loom'
const OWN_MERCHANT = 'My shop'
const MERCHANT_LENGTH = 80
const EMAIL_LENGTH = 254
const EMAIL = /^[^@\s<>"\p{C}]+@[^@\s<>"\p{C}]+\.[^@\s<>"\p{C}]+$/u
// Nothing that breaks a line, hides or turns the text around it.
const ODD = /[\p{C}\p{Zl}\p{Zp}]/u

export const help = `Silkcast: go live once, sell in every market.

  npm start                     everything, with the demo show, on port 8080
  npm start -- --port 9000      options come after the two dashes

  --port N            Room, Studio, Desk and API (default 8080)
  --host ADDRESS      where to listen (default 0.0.0.0, so that a phone in the same network can
                      open the Room; 127.0.0.1 keeps it to this machine)
  --data DIR          database, pictures, recordings, logs (default ./.data)
  --no-demo           without the demo show, shop and shoppers
  --public-url URL    the address that people use, behind a proxy or a domain
  --https             with a certificate authority of its own, for this machine and its network;
                      each browser and phone has to trust that authority once
  --merchant NAME     who sells: shown to buyers (default "${DEMO_MERCHANT}", or
                      "${OWN_MERCHANT}" without the demo)
  --owner-email ADDRESS  who may sign in first, together with --no-demo
  --rtmp-port N       where OBS and other encoders send to (default 1935)
  --database-url URL  your own PostgreSQL (15 or newer) instead of the one that comes along
  --keep-replays-days N  recordings go N days after their show (default: they stay)
  --media-quota-gb N  room for recordings; above it the oldest withdrawn ones go (default: the disk)
  --log-level LEVEL   debug, info, warn or error in this terminal (default warn)
  --version           prints the version
  --help              prints this
`

const flags = {
  port: { type: 'string', default: '8080' },
  host: { type: 'string', default: '0.0.0.0' },
  data: { type: 'string', default: '.data' },
  'no-demo': { type: 'boolean', default: false },
  https: { type: 'boolean', default: false },
  'public-url': { type: 'string' },
  'rtmp-port': { type: 'string', default: '1935' },
  'database-url': { type: 'string' },
  'log-level': { type: 'string', default: 'warn' },
  'keep-replays-days': { type: 'string' },
  'media-quota-gb': { type: 'string' },
  merchant: { type: 'string' },
  'owner-email': { type: 'string' },
  version: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

class Wrong extends Error {}

function portOf(flag: string, text: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port
  throw new Wrong(`--${flag} takes a port number from 1 to 65535, not "${text}".`)
}

/** A whole number from 1 on, or null when it was not said. */
function countOf(flag: string, text: string | undefined, most: number): number | null {
  if (text === undefined) return null
  const count = Number(text)
  if (/^[1-9]\d{0,6}$/.test(text) && count <= most) return count
  throw new Wrong(`--${flag} takes a whole number from 1 to ${most}, not "${text}".`)
}

function publicUrlOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isPlain = url && /^https?:$/.test(url.protocol) && url.pathname === '/'
    && !url.search && !url.hash && !url.username && !url.password
  if (isPlain) return url.origin
  throw new Wrong(`--public-url takes an address such as https://shop.example, not "${text}".`)
}

function databaseUrlOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  if (URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol)) return text
  // The value is not repeated: it may hold a password.
  throw new Wrong('--database-url takes an address such as '
    + 'postgresql://user:password@host:5432/name.')
}

function levelOf(text: string): LogLevel {
  const level = logLevels.find((one) => one === text)
  if (level) return level
  throw new Wrong(`--log-level takes ${logLevels.join(', ')}, not "${text}".`)
}

function hostOf(text: string): string {
  if (/^[A-Za-z0-9.:_-]{1,253}$/.test(text)) return text
  throw new Wrong(`--host takes an address such as 0.0.0.0 or 127.0.0.1, not "${text}".`)
}

function merchantOf(text: string | undefined, isDemo: boolean): string {
  if (text === undefined) return isDemo ? DEMO_MERCHANT : OWN_MERCHANT
  const name = text.trim()
  if (name !== '' && name.length <= MERCHANT_LENGTH && !ODD.test(name)) return name
  throw new Wrong(`--merchant takes a name of 1 to ${MERCHANT_LENGTH} characters on one line.`)
}

function ownerEmailOf(text: string | undefined, isDemo: boolean): string | undefined {
  if (text === undefined) return undefined
  if (text.length > EMAIL_LENGTH || !EMAIL.test(text)) {
    throw new Wrong('--owner-email takes an address such as mina@shop.example.')
  }
  if (!isDemo) return text
  throw new Wrong('--owner-email goes with --no-demo: the demo shop has people of its own.')
}

function parse(args: readonly string[]): Asked {
  const { values } = parseArgs({ args: [...args], options: flags, strict: true })
  if (values.help) return { kind: 'help' }
  if (values.version) return { kind: 'version' }
  const port = portOf('port', values.port)
  const rtmpPort = portOf('rtmp-port', values['rtmp-port'])
  if (port === rtmpPort && port !== 0) throw new Wrong(`--port and --rtmp-port are both ${port}.`)
  if (values.data === '') throw new Wrong('--data takes a folder.')
  const isDemo = !values['no-demo']
  const publicUrl = publicUrlOf(values['public-url'])
  if (values.https && publicUrl?.startsWith('http:')) {
    throw new Wrong(`--https needs a --public-url that begins with https, not "${publicUrl}".`)
  }
  return {
    kind: 'run',
    options: {
      port, rtmpPort, host: hostOf(values.host), dataDir: resolve(values.data),
      isDemo, publicUrl, isHttps: values.https, merchant: merchantOf(values.merchant, isDemo),
      ownerEmail: ownerEmailOf(values['owner-email'], isDemo),
      databaseUrl: databaseUrlOf(values['database-url']), logLevel: levelOf(values['log-level']),
      keepReplaysDays: countOf('keep-replays-days', values['keep-replays-days'], 36_500),
      mediaQuotaGb: countOf('media-quota-gb', values['media-quota-gb'], 1_000_000),
    },
  }
}

/** What was asked for, or one sentence that says what is wrong with it. */
export function readOptions(args: readonly string[]): Asked {
  try {
    return parse(args)
  } catch (error) {
    const words = (error as Error).message
    if (error instanceof Wrong) return { kind: 'wrong', sentence: words }
    const unknown = /^Unknown option '([^']*)'/.exec(words)?.[1]
    const stray = /^Unexpected argument '([^']*)'/.exec(words)?.[1]
    const what = unknown ? `There is no option ${unknown}.` : stray ? `"${stray}" is not an option.`
      : `${words.split('\n')[0]!.replace(/\.$/, '')}.`
    return { kind: 'wrong', sentence: `${what} \`npm start -- --help\` lists them all.` }
  }
}
