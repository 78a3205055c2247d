import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { CDPSession } from 'playwright-core'
import { build } from 'vite'

/** 2.5 Mb/s whatever is in the picture, and cheap to make. */
export const fatPicture = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p',
  '-g', '15', '-sc_threshold', '0', '-tune', 'zerolatency', '-b:v', '2500k', '-maxrate', '2500k',
  '-bufsize', '1000k', '-x264-params', 'nal-hrd=cbr']

async function buildPlayer(): Promise<string> {
  const result = await build({
    configFile: false, logLevel: 'silent', root: join(import.meta.dirname, '../..'),
    build: {
      write: false, minify: false,
      lib: { entry: 'apps/room/stage/player.ts', formats: ['es'], fileName: 'player' },
    },
  })
  const [first] = Array.isArray(result) ? result : [result]
  if (!first || !('output' in first)) throw new Error('the player was not built')
  return first.output[0].code
}

export interface PlayerPage {
  readonly url: string
  close(): void
}

/** Serves a page, and beside it the Room's own player as `/player.js`. */
export async function servePlayer(page: string): Promise<PlayerPage> {
  const script = await buildPlayer()
  const site = createServer((request, response) => {
    const isScript = request.url === '/player.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(isScript ? script : page)
  }).listen(0, '127.0.0.1')
  await once(site, 'listening')
  const { port } = site.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, close: () => void site.close() }
}

/** A line of so many kb/s each way, 40 ms long. */
export const throttle = (cdp: CDPSession, kbps: number): Promise<unknown> =>
  cdp.send('Network.emulateNetworkConditions', {
    offline: false, latency: 40, downloadThroughput: kbps * 125, uploadThroughput: kbps * 125,
  })
