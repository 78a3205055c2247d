import { createSocket } from 'node:dgram'
import { chmodSync, existsSync, mkdirSync, rmSync, statfsSync, statSync,
  writeFileSync } from 'node:fs'
import { createServer, isIPv6 } from 'node:net'
import { dirname } from 'node:path'
import { findFfmpeg } from '#adapters/audio-ffmpeg'
import { sentenceForNode } from './node-version.mjs'
import type { Options } from './options.ts'

/** Silkcast cannot start, in one sentence that says what to do about it. */
export class Refused extends Error {}

const FREE_MB = 300

export function checkNode(version: string): void {
  const sentence = sentenceForNode(version)
  if (sentence) throw new Refused(sentence)
}

const portSentences: Record<string, (port: number, address: string) => string> = {
  EADDRINUSE: (port) => `is taken by another program: port ${port}`,
  EACCES: (port) => `needs more rights than this user has: port ${port}`,
  EADDRNOTAVAIL: (_port, address) => `cannot be used: this machine has no address ${address}`,
  ENOTFOUND: (_port, address) => `cannot be used: ${address} is not an address`,
}

/** Answers the port, a free one for 0; refuses one that cannot be had. */
export function checkPort(what: string, flag: string, port: number, host: string): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer()
    server.on('error', (error: NodeJS.ErrnoException) => {
      const why = portSentences[error.code ?? '']?.(port, host)
        ?? `cannot be used: ${error.message}`
      const advice = error.code?.startsWith('EADDRNOT') || error.code === 'ENOTFOUND'
        ? 'Choose another with --host.'
        : `Choose another: npm start -- --${flag} ${port < 1024 ? port + 8000 : port + 1}`
      fail(new Refused(`The port for ${what} ${why}. ${advice}`))
    })
    server.listen(port, host, () => {
      const address = server.address()
      server.close(() => done(typeof address === 'object' && address ? address.port : port))
    })
  })
}

function tryUdpPort(port: number, host: string): Promise<number> {
  return new Promise((done, fail) => {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
    socket.on('error', (error) => {
      socket.close()
      fail(error)
    })
    socket.bind({ port, address: host, exclusive: true }, () => {
      const bound = socket.address().port
      socket.close(() => done(bound))
    })
  })
}

const UDP_TRIES = 20

/** The first of `count` UDP ports in a row, any free ones for 0. */
export async function checkUdpPorts(port: number, count: number, host: string): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    let first = port
    try {
      first = await tryUdpPort(port, host)
      for (let more = 1; more < count; more++) await tryUdpPort(first + more, host)
      return first
    } catch (error) {
      if (port === 0 && attempt < UDP_TRIES) continue
      const { code, message } = error as NodeJS.ErrnoException
      const row = count === 1 ? `UDP port ${port}` : `UDP ports ${first} to ${first + count - 1}`
      const why = code === 'EADDRINUSE' ? `taken by another program: ${row}`
        : code === 'EACCES' ? `not for this user: ${row}` : `not usable: ${row}, ${message}`
      const other = port < 1024 ? port + 8000 : port + count
      throw new Refused(`The port for sub-second video is ${why}. `
        + `Choose another: npm start -- --udp-port ${other}`)
    }
  }
}

/** Free loopback ports, all different. */
export async function findFreePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  const ports = await Promise.all(servers.map((server) => new Promise<number>((done, fail) => {
    server.on('error', fail)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      done(typeof address === 'object' && address ? address.port : 0)
    })
  })))
  await Promise.all(servers.map((server) => new Promise((done) => { server.close(done) })))
  return ports
}

export type Statfs = (path: string) => { bavail: number; bsize: number }

const folderSentences: Record<string, string> = {
  EACCES: 'this user may not write there',
  ENOENT: 'that system folder takes no files',
  EPERM: 'this user may not write there',
  EROFS: 'that disk is read-only',
  ENOTDIR: 'a part of that path is a file, not a folder',
  EEXIST: 'there is a file of that name',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENAMETOOLONG: 'the path is too long',
  ELOOP: 'the path leads in a circle',
}

/** One by one: Node's own recursive form never returns where the system says ENOENT, as in /proc.
 *  */
function makeFolders(path: string): boolean {
  if (existsSync(path)) return false
  if (dirname(path) !== path) makeFolders(dirname(path))
  mkdirSync(path, { mode: 0o755 })
  return true
}

/** Makes the data folder; refuses one that cannot be written or has no room. */
export function checkFolder(dataDir: string, statfs: Statfs = statfsSync): void {
  const probe = `${dataDir}/.probe-${process.pid}`
  try {
    const isNew = makeFolders(dataDir)
    if (!statSync(dataDir).isDirectory()) throw Object.assign(new Error('file'), { code: 'EEXIST' })
    // As root PostgreSQL runs as another user, who has to pass this folder.
    if (isNew) chmodSync(dataDir, process.getuid?.() === 0 ? 0o711 : 0o700)
    writeFileSync(probe, 'x')
    rmSync(probe)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new Refused(`The data folder ${dataDir} cannot be written: `
      + `${folderSentences[code ?? ''] ?? message}. Choose another with --data DIR.`)
  }
  const { bavail, bsize } = statfs(dataDir)
  const freeMb = Math.floor(bavail * bsize / 1_000_000)
  if (freeMb < FREE_MB) {
    throw new Refused(`The disk of ${dataDir} is full: ${freeMb} MB are free, and Silkcast needs `
      + `${FREE_MB} MB. Make room, or choose another disk with --data DIR.`)
  }
}

export function checkFfmpeg(found: string | undefined): string {
  if (found) return found
  throw new Refused('The demo show needs ffmpeg, and there is none: the optional package '
    + `@ffmpeg-installer/${process.platform}-${process.arch} is not installed. Run \`npm ci\` `
    + 'without --omit=optional, install ffmpeg, or start with --no-demo.')
}

export interface Ports {
  readonly http: number
  readonly rtmp: number
  /** The first UDP port of the media processes. */
  readonly udp: number
  /** Of the trust page; undefined without HTTPS. */
  readonly trust: number | undefined
  /** Where each media process answers. */
  readonly media: readonly number[]
  readonly pay: number
}

/** Everything that can be known to fail before anything is started. */
export async function preflight(options: Options, statfs?: Statfs) {
  checkNode(process.versions.node)
  checkFolder(options.dataDir, statfs)
  const { host, mediaProcesses: processes } = options
  const [http, rtmp, udp, trust, inner, ffmpeg] = await Promise.all([
    checkPort('the web pages', 'port', options.port, host),
    checkPort('RTMP', 'rtmp-port', options.rtmpPort, host),
    checkUdpPorts(options.udpPort, processes, host),
    options.isHttps ? checkPort('the trust page', 'trust-port', options.trustPort, host)
      : undefined,
    findFreePorts(1 + processes),
    findFfmpeg().then((found) => options.isDemo ? checkFfmpeg(found) : found),
  ])
  const ports: Ports = { http, rtmp, udp, trust, pay: inner[0]!, media: inner.slice(1) }
  return { ports, ffmpeg }
}
