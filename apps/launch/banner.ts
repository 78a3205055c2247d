import { relative } from 'node:path'
import { renderUnicodeCompact } from 'uqr'
import { lanAddress } from '#adapters/tls-local'
import type { Ready } from './supervise.ts'

export interface BannerFacts {
  readonly publicUrl: string
  readonly isPublic: boolean
  readonly host: string
  readonly httpPort: number
  readonly rtmpPort: number
  readonly dataDir: string
  /** Our own authority, when we speak HTTPS. */
  readonly tls?: TrustFacts | undefined
  /** The address that phones use, when it is not looked up. */
  readonly lan?: string | undefined
  /** Where the database is, when not in the data folder. */
  readonly databaseDir: string | undefined
  /** What the server said with its ready line. */
  readonly ready: Ready
  readonly seconds: number
}

export interface TrustFacts {
  readonly caPath: string
  readonly fingerprint: string
  readonly trustPort: number
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

function shortPath(path: string): string {
  const near = relative(process.cwd(), path)
  return near === '' || near.startsWith('..') ? path : `./${near}`
}

/** Where phones in the same network find us; undefined when they do not, or need not. */
function phoneAddress(facts: BannerFacts): string | undefined {
  const isOpen = facts.host === '0.0.0.0' || facts.host === '::'
  return facts.isPublic || !isOpen ? undefined : facts.lan ?? lanAddress()
}

function phoneRow(facts: BannerFacts): [string, string][] {
  const address = phoneAddress(facts)
  const scheme = facts.tls ? 'https' : 'http'
  return address
    ? [['Phone', `${scheme}://${address}:${facts.httpPort}/  in the same network`]]
    : []
}

function trustRows(facts: BannerFacts): [string, string][] {
  if (!facts.tls) return []
  const { caPath, fingerprint, trustPort } = facts.tls
  const host = phoneAddress(facts) ?? new URL(facts.publicUrl).hostname
  return [
    ['Trust', `http://${host}:${trustPort}/trust`],
    ['', 'Each browser and phone has to trust this computer once, or it warns that the'],
    ['', 'connection is not private. That page says how; compare there:'],
    ...(fingerprint.match(/.{1,24}/g) ?? []).map((line): [string, string] => ['', line]),
    ['Authority', shortPath(caPath)],
  ]
}

/** For the camera of a phone: the way to the trust page. Light on dark whatever the terminal is. */
function trustPicture(facts: BannerFacts, isColoured: boolean): string[] {
  const address = phoneAddress(facts)
  if (!facts.tls || !address) return []
  const url = `http://${address}:${facts.tls.trustPort}/trust`
  const rows = renderUnicodeCompact(url, { border: 2, ecc: 'L' }).split('\n')
  return [rows.map((row) =>
    `  ${isColoured ? `\u001b[97;40m${row}\u001b[0m` : row}`).join('\n')]
}

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
  const picture = trustPicture(facts, isColoured)
  return `\n${[head, ...body, ...picture, `  ${paint('2', 'Ctrl-C stops.')}`].join('\n\n')}\n`
}
