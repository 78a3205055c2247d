import { fstatSync } from 'node:fs'
import { access, constants, mkdir } from 'node:fs/promises'
import { flushCompileCache } from 'node:module'
import { isIP } from 'node:net'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import pino from 'pino'
import { systemClock, systemRandom, type Log } from '#kernel'
import {
  findPackagedFfmpeg, makePictureTurners, makeSoundTurners,
} from '#adapters/audio-ffmpeg'
import { makeAskerReader } from '#adapters/clients-forwarded'
import { makeDatachannelPeers } from '#adapters/rtc-datachannel'
import { makeMediaServer } from '#stage/media'
import { makeRecordingFolder } from '#stage/recording'
import { makeControl } from './control.ts'
import { chooseRenditions } from './renditions.ts'

/** Exit codes a supervisor can tell apart. */
const EXIT = { settings: 2, port: 3, folder: 4 } as const

function giveUp(code: number, sentence: string): never {
  process.stderr.write(`${sentence}\n`)
  process.exit(code)
}

function setting(name: string): string {
  const value = process.env[name]
  if (!value) giveUp(EXIT.settings, `${name} is not set; the media process needs it.`)
  return value
}

function port(name: string, otherwise: number): number {
  const value = Number(process.env[name] ?? otherwise)
  const isPort = Number.isInteger(value) && value >= 0 && value <= 65_535
  return isPort ? value : giveUp(EXIT.settings, `${name} is not a port number (0 to 65535).`)
}

/** Logs go to stderr: stdout carries the one line that says the process is ready. */
function makeLog(): Log {
  const wrap = (logger: pino.Logger): Log => ({
    debug: (event, fields) => logger.debug(fields ?? {}, event),
    info: (event, fields) => logger.info(fields ?? {}, event),
    warn: (event, fields) => logger.warn(fields ?? {}, event),
    error: (event, fields) => logger.error(fields ?? {}, event),
    child: (fields) => wrap(logger.child(fields)),
  })
  const level = process.env['SILKCAST_LOG_LEVEL'] ?? 'info'
  return wrap(pino({ level, base: { process: 'media' } }, pino.destination(2)))
}

/** A parent that dies without a word takes its pipe or its IPC channel with it. */
function onParentGone(stop: () => void): void {
  process.on('disconnect', stop)
  const input = fstatSync(0, { throwIfNoEntry: false })
  if (!input || !(input.isFIFO() || input.isSocket())) return
  process.stdin.on('end', stop).on('close', stop).on('error', stop)
  process.stdin.resume()
}

const folder = resolve(setting('SILKCAST_MEDIA_DIR'))
const serverUrl = setting('SILKCAST_SERVER_URL')
if (!URL.canParse(serverUrl)) giveUp(EXIT.settings, 'SILKCAST_SERVER_URL is not a URL.')
const internalKey = setting('SILKCAST_INTERNAL_KEY')
const where = {
  httpPort: port('SILKCAST_MEDIA_PORT', 0),
  httpHost: process.env['SILKCAST_MEDIA_HOST'] ?? '127.0.0.1',
  rtmpPort: port('SILKCAST_RTMP_PORT', 1935),
  rtmpHost: process.env['SILKCAST_RTMP_HOST'] ?? '0.0.0.0',
}

try {
  await mkdir(folder, { recursive: true })
  await access(folder, constants.W_OK)
} catch {
  giveUp(EXIT.folder, `Recordings cannot be written to ${folder}: check that it is a folder `
    + 'this user may write to.')
}

/** Whole numbers from the environment, within what makes sense. */
function amount(name: string, otherwise: number, max: number): number {
  const value = Number(process.env[name] ?? otherwise)
  const isFine = Number.isInteger(value) && value >= 0 && value <= max
  return isFine ? value : giveUp(EXIT.settings, `${name} is a number from 0 to ${max}.`)
}

const log = makeLog()
const udpPort = port('SILKCAST_UDP_PORT', 8189)
/** All addresses when not said, and for the names that mean all. */
const udpHost = ['0.0.0.0', '::', '', undefined].includes(process.env['SILKCAST_UDP_HOST'])
  ? undefined : process.env['SILKCAST_UDP_HOST']
const publicAddresses = (process.env['SILKCAST_PUBLIC_IP'] ?? '').split(',')
  .map((address) => address.trim()).filter((address) => isIP(address) !== 0)
/** Measured: half a percent of a core for one viewer; half of the machine is for the others. */
const viewersMax = amount('SILKCAST_WHEP_MAX', availableParallelism() * 100, 100_000)
/** Of these, kept for those who buy or come on stage: a tenth when not said. */
const viewersKept = process.env['SILKCAST_WHEP_KEPT'] === undefined ? undefined
  : amount('SILKCAST_WHEP_KEPT', 0, viewersMax)
const maxKbps = amount('SILKCAST_WHIP_KBPS_MAX', 4_000, 100_000)
const control = makeControl({ serverUrl, internalKey, clock: systemClock, log })
const choose = chooseRenditions(process.env['SILKCAST_RENDITIONS'], availableParallelism())
if (!choose) giveUp(EXIT.settings, 'SILKCAST_RENDITIONS is none, audio or all.')
const ffmpeg = process.env['SILKCAST_FFMPEG'] || findPackagedFfmpeg() || 'ffmpeg'
const usage = () => {
  const { user, system } = process.cpuUsage()
  return { cpuMicros: user + system, memoryBytes: process.memoryUsage.rss() }
}
const media = makeMediaServer({
  clock: systemClock, random: systemRandom, log, internalKey,
  recordings: makeRecordingFolder({ clock: systemClock, log, folder, ffmpeg }),
  control: {
    ...control, askerOf: makeAskerReader(internalKey),
    renditionsOf: (showId) => choose(control.renditionsOf(showId)),
  },
  rtc: {
    peers: makeDatachannelPeers({ log, udpPort, bindAddress: udpHost }),
    turners: makeSoundTurners({ ffmpeg, clock: systemClock, log }),
    pictures: makePictureTurners({ ffmpeg, clock: systemClock, log }),
    udpPort, publicAddresses, viewersMax, viewersKept, maxKbps,
  },
  self: { usage, isBehindFront: process.env['SILKCAST_RTMP_FRONT'] === '1' },
})

type ListenError = NodeJS.ErrnoException & { port?: number }
const ports = await media.listen(where).catch((error: ListenError) => {
  const sentence = error.code === 'EADDRINUSE'
    ? `Port ${error.port} is taken by another program; choose another or stop that one.`
    : `Port ${error.port ?? ''} cannot be opened: ${error.message}.`
  giveUp(EXIT.port, sentence)
})

/** Native threads are part of this process, and ending them in good order may hang: when nobody is
 *  left who would kill us after a while, we do. */
const endAlone = (): void => void process.kill(process.pid, 'SIGKILL')

let isStopping = false
async function stop(end: (code: number) => void): Promise<void> {
  if (isStopping) return
  isStopping = true
  // A disk that hangs must not keep the process.
  systemClock.after(5_000, () => end(1))
  await media.close()
  end(0)
}
const stopAsTold = (): void => void stop(process.exit)
process.on('SIGTERM', stopAsTold)
process.on('SIGINT', stopAsTold)
onParentGone(() => void stop(endAlone))
process.on('unhandledRejection', (error) => {
  log.error('unhandled', { message: error instanceof Error ? error.message : String(error) })
})

process.stdout.write(`${JSON.stringify({ ready: true, ...ports })}\n`)
// Whoever is killed cannot do it later.
flushCompileCache()
