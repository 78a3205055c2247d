import { networkInterfaces } from 'node:os'
import { relative } from 'node:path'
import type { Ready } from './supervise.ts'

export interface BannerFacts {
  readonly publicUrl: string
  readonly isPublic: boolean
  readonly host: string
  readonly httpPort: number
  readonly rtmpPort: number
  readonly dataDir: string
  /** The certificate of our own authority, when we speak HTTPS. */
  readonly caPath?: string | undefined
  /** Where the database is, when not in the data folder. */
  readonly databaseDir: string | undefined
  /** What the server said with its ready line. */
  readonly ready: Ready
  readonly seconds: number
}

type Addresses = ReturnType<typeof networkInterfaces>

/** The address of this machine that a phone in the same network would use. */
export function lanAddress(interfaces: Addresses = networkInterfaces()): string | undefined {
  const addresses = Object.entries(interfaces)
    // Bridges of containers and virtual machines lead to no phone.
    .filter(([name]) => !/^(docker|br-|veth|virbr|vmnet|utun|tun|tap)/.test(name))
    .flatMap(([, found]) => found ?? [])
    .filter((one) => one.family === 'IPv4' && !one.internal && !one.address.startsWith('169.254.'))
    .map((one) => one.address)
  return addresses.find((one) => /^(192\.168|10|172\.(1[6-9]|2\d|3[01]))\./.test(one))
    ?? addresses[0]
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

function shortPath(path: string): string {
  const near = relative(process.cwd(), path)
  return near === '' || near.startsWith('..') ? path : `./${near}`
}

function phoneRow(facts: BannerFacts): [string, string][] {
  if (facts.isPublic || (facts.host !== '0.0.0.0' && facts.host !== '::')) return []
  const address = lanAddress()
  const scheme = facts.caPath ? 'https' : 'http'
  return address
    ? [['Phone', `${scheme}://${address}:${facts.httpPort}/  in the same network`]]
    : []
}

const trustRows = ({ caPath }: BannerFacts): [string, string][] => caPath
  ? [
      ['Authority', shortPath(caPath)],
      ['', 'Add this file once to the trusted authorities of each browser and phone,'],
      ['', 'or they warn that the connection is not private.'],
    ]
  : []

function demoRows(ready: Ready): [string, string][] {
  const demo = (ready['demo'] ?? {}) as Record<string, unknown>
  const rows: [string, unknown][] = [
    ['Demo show', demo['room']], ['Demo desk', demo['desk']], ['Sign in', demo['signIn']],
  ]
  return rows.flatMap(([name, value]) => {
    const text = textOf(value)
    return text ? [[name, text] as [string, string]] : []
  })
}

/** What a person needs to know when everything runs. */
export function makeBanner(facts: BannerFacts, isColoured = false): string {
  const { publicUrl: url } = facts
  const rtmpHost = facts.isPublic ? new URL(url).hostname : 'localhost'
  const groups: [string, string][][] = [
    [
      ['Room', `${url}/`], ['Studio', `${url}/studio`], ['Desk', `${url}/desk`],
      ['API docs', `${url}/docs`], ['RTMP', `rtmp://${rtmpHost}:${facts.rtmpPort}/live`],
      ...phoneRow(facts),
    ],
    demoRows(facts.ready),
    trustRows(facts),
    [
      ['Data', shortPath(facts.dataDir)],
      ...facts.databaseDir ? [['Database', facts.databaseDir] as [string, string]] : [],
      ['Logs', `${shortPath(facts.dataDir)}/logs`],
    ],
  ]
  const paint = (code: string, text: string) =>
    isColoured ? `\u001b[${code}m${text}\u001b[0m` : text
  const row = ([name, value]: [string, string]) => `  ${paint('2', name.padEnd(11))}${value}`
  const body = groups.filter((group) => group.length > 0).map((group) => group.map(row).join('\n'))
  const head =
    `  ${paint('1', 'Silkcast is ready')} ${paint('2', `in ${facts.seconds.toFixed(1)} s`)}`
  return `\n${[head, ...body, `  ${paint('2', 'Ctrl-C stops.')}`].join('\n\n')}\n`
}
