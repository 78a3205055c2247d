import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { PROXIES_MAX, readCountryHeader, readProxies } from '#adapters/clients-forwarded'
import { readIceServers } from './ice.ts'
import type { IceServer } from './ice.ts'

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
  /** Of the first media process; the others take the next ones. */
  readonly udpPort: number
  /** Of the page that says how to trust our authority; only with `isHttps`. */
  readonly trustPort: number
  /** Addresses under which the UDP port is reached from outside, when they are not our own. */
  readonly publicIps: readonly string[]
  readonly iceServers: readonly IceServer[]
  /** Proxies whose X-Forwarded-* headers are believed, as they were said; undefined: none. */
  readonly trustedProxies: string | undefined
  /** The header in which a CDN behind those names the viewer's country. */
  readonly countryHeader: string | undefined
  readonly mediaProcesses: number
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
const PUBLIC_IPS_MAX = 4
const MEDIA_PROCESSES_MAX = 16
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
  --trusted-proxies LIST  proxies in front whose X-Forwarded-For is believed, so that viewers have
                      limits of their own: addresses, networks, loopback, private
                      (10.0.0.0/8,192.0.2.7; default: none)
  --country-header NAME  with --trusted-proxies: where a CDN says the viewer's country, such as
                      CF-IPCountry or CloudFront-Viewer-Country
  --https             with a certificate authority of its own, for this machine and its network;
                      each browser and phone has to trust that authority once
  --trust-port N      with --https: a page over plain HTTP that shows a phone how to trust that
                      authority (default: the port after --port)
  --merchant NAME     who sells: shown to buyers (default "${DEMO_MERCHANT}", or
                      "${OWN_MERCHANT}" without the demo)
  --owner-email ADDRESS  who may sign in first, together with --no-demo
  --rtmp-port N       where OBS and other encoders send to (default 1935)
  --udp-port N        sub-second video to and from browsers; open it in the firewall (default 8189)
  --public-ip ADDRESS[,ADDRESS]  where that port is reached from outside, behind NAT or in a cloud
  --ice-servers LIST  STUN and TURN servers for browsers behind strict firewalls, in short
                      (turn:user:password@host:3478,stun:host:3478) or as the JSON of RTCIceServer
  --media-processes N each show belongs to one of them; from the second on they take the UDP ports
                      after --udp-port (default 1)
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
  'trusted-proxies': { type: 'string' },
  'country-header': { type: 'string' },
  'trust-port': { type: 'string' },
  'rtmp-port': { type: 'string', default: '1935' },
  'udp-port': { type: 'string', default: '8189' },
  'public-ip': { type: 'string' },
  'ice-servers': { type: 'string' },
  'media-processes': { type: 'string', default: '1' },
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

/** A value in a sentence on one line. */
const shown = (text: string): string => text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?').slice(0, 80)

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

function trustedProxiesOf(text: string | undefined): string | undefined {
  if (text === undefined || readProxies(text)) return text
  throw new Wrong(`--trusted-proxies takes up to ${PROXIES_MAX} addresses and networks such as `
    + '10.0.0.0/8,192.0.2.7,2001:db8::/32, loopback or private, none wider than /8 (IPv6: /16), '
    + `not "${shown(text)}".`)
}

function countryHeaderOf(
  text: string | undefined, proxies: string | undefined,
): string | undefined {
  if (text === undefined) return undefined
  const name = readCountryHeader(text)
  if (!name) {
    throw new Wrong('--country-header takes the name of a header such as CF-IPCountry or '
      + `CloudFront-Viewer-Country, not "${shown(text)}".`)
  }
  if (proxies !== undefined) return name
  throw new Wrong('--country-header goes with --trusted-proxies: from others it is not believed.')
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

function publicIpsOf(text: string | undefined): string[] {
  if (text === undefined) return []
  const list = text.split(',').map((one) => one.trim())
  const isUsable = (one: string) => isIP(one) !== 0 && !/^(0\.0\.0\.0|::)$|%/.test(one)
  if (list.length <= PUBLIC_IPS_MAX && list.every(isUsable)) return [...new Set(list)]
  throw new Wrong(`--public-ip takes up to ${PUBLIC_IPS_MAX} addresses such as 203.0.113.7 or `
    + `203.0.113.7,2001:db8::7, not "${text}".`)
}

function iceServersOf(text: string | undefined): readonly IceServer[] {
  if (text === undefined) return []
  const servers = readIceServers(text)
  if (servers) return servers
  // The value is not repeated: it may hold a password.
  throw new Wrong('--ice-servers takes up to 8 servers such as '
    + 'turn:user:password@turn.example:3478,stun:turn.example:3478, or the JSON of RTCIceServer.')
}

function mediaProcessesOf(text: string): number {
  if (/^\d{1,2}$/.test(text) && Number(text) >= 1 && Number(text) <= MEDIA_PROCESSES_MAX) {
    return Number(text)
  }
  throw new Wrong(`--media-processes takes a number from 1 to ${MEDIA_PROCESSES_MAX}, `
    + `not "${text}".`)
}

/** The ports that were asked for: none twice, and room for a UDP port per media process. */
function portsOf(values: Readonly<Record<string, unknown>>, isHttps: boolean, processes: number) {
  const port = portOf('port', String(values['port']))
  const rtmpPort = portOf('rtmp-port', String(values['rtmp-port']))
  const udpPort = portOf('udp-port', String(values['udp-port']))
  const asked = values['trust-port']
  if (asked !== undefined && !isHttps) throw new Wrong('--trust-port goes with --https.')
  const next = port === 0 ? 0 : port < 65_535 ? port + 1 : port - 1
  const trustPort = asked === undefined ? next : portOf('trust-port', String(asked))
  if (udpPort + processes - 1 > 65_535) {
    throw new Wrong(`--udp-port ${udpPort} leaves no room for ${processes} media processes.`)
  }
  if (port === rtmpPort && port !== 0) throw new Wrong(`--port and --rtmp-port are both ${port}.`)
  if (isHttps && trustPort !== 0 && (trustPort === port || trustPort === rtmpPort)) {
    throw new Wrong(`--trust-port ${trustPort} is the port of something else: choose another.`)
  }
  return { port, rtmpPort, udpPort, trustPort }
}

function parse(args: readonly string[], env: NodeJS.ProcessEnv): Asked {
  const { values } = parseArgs({ args: [...args], options: flags, strict: true })
  if (values.help) return { kind: 'help' }
  if (values.version) return { kind: 'version' }
  const mediaProcesses = mediaProcessesOf(values['media-processes'])
  const ports = portsOf(values, values.https, mediaProcesses)
  if (values.data === '') throw new Wrong('--data takes a folder.')
  const isDemo = !values['no-demo']
  const publicUrl = publicUrlOf(values['public-url'])
  const trustedProxies = trustedProxiesOf(
    values['trusted-proxies'] ?? (env['SILKCAST_TRUSTED_PROXIES'] || undefined))
  if (values.https && publicUrl?.startsWith('http:')) {
    throw new Wrong(`--https needs a --public-url that begins with https, not "${publicUrl}".`)
  }
  return {
    kind: 'run',
    options: {
      ...ports, host: hostOf(values.host), dataDir: resolve(values.data),
      isDemo, publicUrl, isHttps: values.https, merchant: merchantOf(values.merchant, isDemo),
      ownerEmail: ownerEmailOf(values['owner-email'], isDemo),
      databaseUrl: databaseUrlOf(values['database-url']), logLevel: levelOf(values['log-level']),
      publicIps: publicIpsOf(values['public-ip']), mediaProcesses, trustedProxies,
      countryHeader: countryHeaderOf(
        values['country-header'] ?? (env['SILKCAST_COUNTRY_HEADER'] || undefined), trustedProxies),
      iceServers: iceServersOf(values['ice-servers']),
      keepReplaysDays: countOf('keep-replays-days', values['keep-replays-days'], 36_500),
      mediaQuotaGb: countOf('media-quota-gb', values['media-quota-gb'], 1_000_000),
    },
  }
}

/** What was asked for, or one sentence that says what is wrong with it. */
export function readOptions(args: readonly string[], env = process.env): Asked {
  try {
    return parse(args, env)
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
