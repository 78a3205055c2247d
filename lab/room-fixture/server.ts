import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, join } from 'node:path'
import { WebSocketServer } from 'ws'
import { renderPage } from '../../apps/server/pages/html.ts'
import { readManifest } from '../../apps/server/pages/manifest.ts'
import type { BootData } from '../../apps/room/boot.ts'
import type { RoomEvent } from '#stage/gateway/contract'
import { buildWeb } from '../../tools/build-web.ts'
import { projectRoot } from '../../tools/lib/run.ts'
import { answerApi, answerBank, answerSocket, makeTold, send, sendFile } from './answers.ts'
import type { Tick, Told } from './answers.ts'
import { makeMedia } from './media.ts'
import { makeWorld, scenes, type World } from './world.ts'

interface Parts {
  readonly webDir: string
  readonly mediaDir: string
  readonly world: World
  readonly told: Told
}

function sendPage({ webDir, world, told }: Parts, url: URL, response: ServerResponse): void {
  const scene = scenes.find((one) => one === url.searchParams.get('scene')) ?? 'live'
  const locale = (url.searchParams.get('lang') ?? 'en') as BootData['locale']
  const dir = locale === 'ar' ? 'rtl' : 'ltr'
  const entry = readManifest(webDir, '/app/')('room')
  if (url.searchParams.has('fresh')) Object.assign(told, makeTold())
  const now = Date.now()
  const boot: BootData = {
    room: world.makeRoom(scene, now), seq: 0, epoch: scene, locale, dir,
    market: url.searchParams.get('market') ?? 'DE', markets: world.markets, mediaBase: '/media',
    iceServers: [],
    me: told.me, serverNowMs: now, demo: true,
  }
  const page = renderPage({ title: 'Silkcast', lang: locale, dir, ...entry },
    scene === 'empty' ? { empty: true, locale, dir } : boot)
  response.setHeader('set-cookie', `scene=${scene}; path=/`)
  send(response, 'text/html; charset=utf-8', page)
}

function sendMedia(parts: Parts, request: IncomingMessage, response: ServerResponse, name: string) {
  const isLost = /scene=lost/.test(request.headers.cookie ?? '')
  if (isLost) return send(response, 'text/plain', 'restarting', 503)
  const hasRenditions = /scene=renditions/.test(request.headers.cookie ?? '')
  const list = hasRenditions ? 'master.m3u8' : 'show.m3u8'
  const part = /^(live|master|replay)\.m3u8$/.test(name) ? list : name
  return void sendFile(response, join(parts.mediaDir, part))
}

function answer(parts: Parts, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const name = basename(url.pathname)
  const [, folder] = url.pathname.split('/')
  switch (folder) {
    case '': return sendPage(parts, url, response)
    case 'app': return void sendFile(response, join(parts.webDir, 'assets', name))
    case 'media': return sendMedia(parts, request, response, name)
    case 'pictures': {
      const picture = name.replace(/-\d+\.webp$/, '.webp')
      return void sendFile(response, join(projectRoot, 'data/demo/pictures', picture))
    }
    case 'sandbox-pay':
      return send(response, 'text/html', answerBank(parts.told, request.method === 'POST', name))
    case 'api':
      return void answerApi(parts.told, parts.world, request, url.pathname).then((value) =>
        send(response, 'application/json', JSON.stringify(value)))
    default: return send(response, 'text/plain', 'none', 404)
  }
}

/** Serves the built Room with one made-up room per scene: to look at, and for browser tests of the
 *  page alone. Nothing of it is in the product. */
export async function startFixture(
  options: { port?: number, mediaDir: string, isPlain?: boolean },
) {
  const { dir } = await buildWeb({ log: console.log, apps: ['room'] })
  await makeMedia(projectRoot, options.mediaDir, options.isPlain)
  const parts: Parts = {
    webDir: dir, mediaDir: options.mediaDir, world: makeWorld(projectRoot), told: makeTold(),
  }
  const server = createServer((request, response) => answer(parts, request, response))
  const sockets = new WebSocketServer({ server, path: '/ws' })
  const ticks = new Set<Tick>()
  sockets.on('connection', (socket) => {
    const tick = answerSocket(socket, parts.told, parts.world)
    ticks.add(tick)
    socket.on('close', () => ticks.delete(tick))
  })
  await new Promise<void>((done) => server.listen(options.port ?? 0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    told: parts.told,
    world: parts.world,
    /** Every open page hears these events of its room. */
    tell: (...events: RoomEvent[]) => ticks.forEach((tick) => tick(events)),
    async stop() {
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
