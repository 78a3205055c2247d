import { spawn, type ChildProcess } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import ffmpeg from '@ffmpeg-installer/ffmpeg'
import type { ShowId } from '#kernel'
import { makeShowId } from '#stage/recording/testing'
import {
  controlPaths, INTERNAL_HEADER, type AuthorizeReply, type SoundTurners, type StateReport,
} from './contract.ts'

export { makeShowId, until } from '#stage/recording/testing'
export { soundTurnersConformance } from './testing/conformance.ts'
export { encodeFilm } from './testing/picture.ts'
export { encodeAac, encodeOpus, makePcm } from './testing/sound.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const MAIN = join(ROOT, 'apps/media/main.ts')
export const INTERNAL_KEY = 'internal-key-of-the-test'

/** Turns no sound at all. */
export const noTurners: SoundTurners = {
  toAac: () => ({ push() {}, close() {} }), toOpus: () => ({ push() {}, close() {} }), close() {},
}

/** A media server without WebRTC. */
export const noRtc = {
  peers: { answer: () => Promise.reject(new Error('no WebRTC here')), close() {} },
  turners: noTurners, udpPort: 0, publicAddresses: [], viewersMax: 0, maxKbps: 0,
} as const

/** Stands in for the server process: says whose a key is and keeps what it is told. */
export interface ControlDesk {
  readonly url: string
  readonly keys: Map<string, ShowId>
  /** Keys of guests, and how they stand. */
  readonly guests: Map<string, NonNullable<AuthorizeReply['guest']>>
  /** Keys in addresses of the guests' picture, with their rounds. */
  readonly pictures: Map<string, unknown>
  readonly reports: StateReport[]
  readonly asked: string[]
  /** Where those who showed a key came from. */
  readonly addresses: string[]
  isDown: boolean
  /** Said of every show; whatever a server might say. */
  renditions?: readonly unknown[]
  /** Names the owner of a show, where there are several processes. */
  place?: (showId: ShowId) => Promise<unknown>
  close(): Promise<void>
}

export async function startControlDesk(): Promise<ControlDesk> {
  const keys = new Map<string, ShowId>()
  const guests: ControlDesk['guests'] = new Map()
  const pictures: ControlDesk['pictures'] = new Map()
  const reports: StateReport[] = []
  const asked: string[] = []
  const addresses: string[] = []
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = JSON.parse(Buffer.concat(chunks).toString())
    const answer = (status: number, value: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(value))
    }
    if (desk.isDown) return answer(503, {})
    if (request.headers[INTERNAL_HEADER] !== INTERNAL_KEY) return answer(401, {})
    if (request.url === controlPaths.state) {
      reports.push(body)
      return answer(200, { done: true })
    }
    asked.push(body.streamKey)
    addresses.push(body.remoteAddress)
    const showId = keys.get(body.streamKey)
    const { renditions } = desk
    const guest = guests.get(body.streamKey)
    if (!showId) return answer(403, { code: 'stage.show.key_unknown' })
    const owner = await desk.place?.(showId)
    const pictureRound = pictures.get(body.streamKey)
    answer(200, { showId, owner, guest, pictureRound, ...(renditions && { renditions }) })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  const port = typeof bound === 'object' && bound ? bound.port : 0
  const desk: ControlDesk = {
    url: `http://127.0.0.1:${port}`, keys, guests, pictures, reports, asked, addresses,
    isDown: false,
    close: () => new Promise((done) => {
      server.close(() => done())
      server.closeAllConnections()
    }),
  }
  return desk
}

export interface MediaProcess {
  readonly httpUrl: string
  readonly httpPort: number
  readonly rtmpPort: number
  readonly child: ChildProcess
  readonly errors: string[]
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>
}

export interface MediaSettings {
  folder: string
  serverUrl: string
  rtmpPort?: number | undefined
  httpPort?: number | undefined
  udpPort?: number | undefined
  env?: Readonly<Record<string, string>> | undefined
}

function spawnMedia(settings: MediaSettings): ChildProcess {
  return spawn(process.execPath, [MAIN], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      SILKCAST_MEDIA_PORT: String(settings.httpPort ?? 0),
      SILKCAST_RTMP_PORT: String(settings.rtmpPort ?? 0),
      SILKCAST_RTMP_HOST: '127.0.0.1', SILKCAST_MEDIA_DIR: settings.folder,
      SILKCAST_SERVER_URL: settings.serverUrl, SILKCAST_INTERNAL_KEY: INTERNAL_KEY,
      SILKCAST_UDP_PORT: String(settings.udpPort ?? 0), SILKCAST_FFMPEG: ffmpeg.path,
      SILKCAST_RENDITIONS: 'none', ...settings.env,
    },
  })
}

/** Runs the media process to its end: what it said and how it went. */
export async function runMediaToEnd(settings: MediaSettings) {
  const child = spawnMedia(settings)
  let errors = ''
  child.stderr!.on('data', (chunk: Buffer) => void (errors += chunk))
  const [code] = await once(child, 'exit') as [number | null]
  return { code, errors }
}

/** Starts the real process and waits for its ready line. */
export async function startMedia(settings: MediaSettings): Promise<MediaProcess> {
  const child = spawnMedia(settings)
  const errors: string[] = []
  createInterface({ input: child.stderr! }).on('line', (line) => errors.push(line))
  const lines = createInterface({ input: child.stdout! })
  const failed = once(child, 'exit').then(() => { throw new Error(errors.join('\n')) })
  const [line] = await Promise.race([once(lines, 'line'), failed]) as [string]
  const ready = JSON.parse(line)
  return {
    child, errors, httpPort: ready.httpPort, rtmpPort: ready.rtmpPort,
    httpUrl: `http://127.0.0.1:${ready.httpPort}`,
    async kill(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
      const gone = once(child, 'exit') as Promise<[number | null]>
      child.kill(signal)
      return (await gone)[0]
    },
  }
}

export interface Encoder {
  readonly child: ChildProcess
  /** What it complained about. */
  readonly errors: string[]
  stop(): Promise<void>
  ended(): Promise<number | null>
}

export interface EncoderSettings {
  seconds?: number
  fps?: number
  /** Frames between keyframes. */
  gop?: number
  bFrames?: number
  hasVideo?: boolean
  hasAudio?: boolean
  /** As fast as it goes instead of in real time. */
  isFast?: boolean
  size?: string
  /** Sends this file as it is instead of encoding. */
  file?: string
  audio?: readonly string[]
  video?: readonly string[]
}

/** Pushes a test picture and a tone, as an encoder would. */
export function startEncoder(url: string, settings: EncoderSettings = {}): Encoder {
  const { fps = 25, gop = 25, bFrames = 0, hasVideo = true, hasAudio = true } = settings
  const pace = settings.isFast ? [] : ['-re']
  const picture = `testsrc=size=${settings.size ?? '320x180'}:rate=${fps}`
  const tone = 'sine=frequency=440:sample_rate=48000'
  const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-sc_threshold',
    '0', '-bf', String(bFrames), '-g', String(gop), ...(bFrames ? [] : ['-tune', 'zerolatency'])]
  const made = [
    ...(hasVideo ? [...pace, '-f', 'lavfi', '-i', picture] : []),
    ...(hasAudio ? [...pace, '-f', 'lavfi', '-i', tone] : []),
    ...(hasVideo ? settings.video ?? x264 : []),
    ...(hasAudio ? settings.audio ?? ['-c:a', 'aac', '-b:a', '64k'] : []),
  ]
  const child = spawn(ffmpeg.path, [
    '-hide_banner', '-loglevel', 'error', '-y',
    ...(settings.file ? ['-re', '-i', settings.file, '-c', 'copy'] : made),
    '-t', String(settings.seconds ?? 60), '-f', 'flv', url,
  ], { stdio: ['ignore', 'ignore', 'pipe'] })
  const errors: string[] = []
  createInterface({ input: child.stderr! }).on('line', (line) => errors.push(line))
  const gone = once(child, 'exit') as Promise<[number | null]>
  return {
    child, errors,
    async stop() {
      child.kill('SIGKILL')
      await gone
    },
    ended: async () => (await gone)[0],
  }
}

/** Decodes a playlist or file with ffmpeg; counts what comes out. */
export async function decode(url: string, extra: readonly string[] = []) {
  const child = spawn(ffmpeg.path, [
    '-hide_banner', '-nostdin', ...extra, '-i', url, '-f', 'null', '-',
  ], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr!.on('data', (chunk: Buffer) => void (said += chunk))
  const [code] = await once(child, 'exit') as [number | null]
  const frames = Number(/frame=\s*(\d+)(?![\s\S]*frame=)/.exec(said)?.[1] ?? 0)
  const time = /time=(\d+):(\d+):([\d.]+)(?![\s\S]*time=)/.exec(said)
  const seconds = time ? Number(time[1]) * 3600 + Number(time[2]) * 60 + Number(time[3]) : 0
  // The null muxer counts in whole frames and grumbles about times rounded to milliseconds.
  const broken = said.split('\n').filter((line) =>
    /error|invalid|corrupt|non-monoton|missing/i.test(line) && !line.includes('[null @'))
  return { code, frames, seconds, broken, said }
}

/** A UDP port that nobody has just now. */
export async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  return port
}

export interface Rig {
  readonly desk: ControlDesk
  readonly folder: string
  /** Made at the first use; `restart` replaces it. */
  media: MediaProcess
  readonly udpPort: number
  start(httpPort?: number): Promise<MediaProcess>
  /** A show with its key; the address an encoder would be given. */
  addShow(): { id: ShowId; key: string; rtmpUrl(): string; url(name: string): string }
  encoder(url: string, settings?: EncoderSettings): Encoder
  close(): Promise<void>
}

/** The real process with a control desk beside it. `close` leaves nothing behind. */
export async function startRig(env: Readonly<Record<string, string>> = {}): Promise<Rig> {
  const desk = await startControlDesk()
  const folder = await mkdtemp(join(tmpdir(), 'silkcast-media-'))
  const encoders: Encoder[] = []
  const started: MediaProcess[] = []
  const udpPort = await freeUdpPort()
  const start = async (httpPort?: number): Promise<MediaProcess> => {
    const media = await startMedia({ folder, serverUrl: desk.url, httpPort, udpPort, env })
    started.push(media)
    rig.media = media
    return media
  }
  const rig: Rig = {
    desk, folder, start, udpPort,
    media: undefined as unknown as MediaProcess,
    addShow() {
      const id = makeShowId()
      const key = `key-${id}`
      desk.keys.set(key, id)
      return {
        id, key,
        rtmpUrl: () => `rtmp://127.0.0.1:${rig.media.rtmpPort}/live/${key}`,
        url: (name) => `${rig.media.httpUrl}/media/${id}/${name}`,
      }
    },
    encoder(url, settings) {
      const encoder = startEncoder(url, settings)
      encoders.push(encoder)
      return encoder
    },
    async close() {
      await Promise.all(encoders.map((encoder) => encoder.stop()))
      await Promise.all(started.map((media) => media.kill('SIGKILL')))
      await desk.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
  await start()
  return rig
}

export const hlsScript = (): string =>
  createRequire(import.meta.url).resolve('hls.js/dist/hls.min.js')

