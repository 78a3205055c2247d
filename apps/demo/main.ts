import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeSandboxControl } from '#adapters/pay-sandbox'
import { systemClock as clock, systemRandom as random } from '#kernel'
import { exitWithParent, tellReady } from '../launch/child.ts'
import { makeLog } from '#adapters/log-pino'
import { cast } from './cast.ts'
import { makeDemoClient } from './clients.ts'
import { startDirector } from './director.ts'
import { startPusher } from './pusher.ts'
import { startShopper } from './shopper.ts'

const root = join(import.meta.dirname, '..', '..')
const env = process.env as Record<string, string>
const log = makeLog(env['SILKCAST_LOG_LEVEL'] ?? 'info', 'demo')
const serverUrl = env['SILKCAST_SERVER_URL']!

interface Sessions {
  readonly showId: string
  readonly streamKey: string
  readonly director: string
  readonly shoppers: readonly { name: string; token: string }[]
}

async function readSessions(): Promise<Sessions> {
  for (;;) {
    const answer = await fetch(`${serverUrl}/internal/demo/sessions`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-silkcast-internal': env['SILKCAST_INTERNAL_KEY']!,
      },
      body: JSON.stringify({ shoppers: cast.map((part) => part.name) }),
    }).catch(() => null)
    if (answer?.ok) return (await answer.json()) as Sessions
    await clock.sleep(300)
  }
}

interface Clip {
  readonly loopSeconds: number
  readonly products: readonly { key: string; fromSeconds: number; toSeconds: number }[]
}

const clipFile = (name: string) => join(root, 'data', 'demo', name)
const readClip = async () => JSON.parse(await readFile(clipFile('clip.json'), 'utf8')) as Clip

/** Which product the picture shows at a second of the endless loop. */
function productAt({ loopSeconds, products }: Clip, seconds: number): string {
  const at = seconds % loopSeconds
  return (products.find((one) => at < one.toSeconds) ?? products[0]!).key
}

exitWithParent()
const sessions = await readSessions()
const sandbox = makeSandboxControl({
  baseUrl: env['SILKCAST_PAY_URL']!,
  key: env['SILKCAST_PAY_KEY']!,
  clock,
})
const clip = await readClip()
const pusher = startPusher({
  clock, log, ffmpeg: env['SILKCAST_FFMPEG']!, clip: clipFile('clip.mp4'),
  rtmpUrl: `rtmp://127.0.0.1:${env['SILKCAST_RTMP_PORT']}/live/${sessions.streamKey}`,
})
const parts = [
  pusher,
  startDirector({
    clock, random, log, showId: sessions.showId,
    // The launcher starts this process again, with new sessions.
    onSignedOut: () => process.exit(1),
    onScreen: () => productAt(clip, pusher.position()),
    client: makeDemoClient(serverUrl, sessions.director).client,
  }),
  ...cast.map((part, at) =>
    startShopper({
      ...part, clock, random, log, serverUrl, showId: sessions.showId,
      who: makeDemoClient(serverUrl, sessions.shoppers[at]!.token),
      approve: sandbox.approve,
    }),
  ),
]
tellReady()
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    for (const one of parts) one.stop()
    clock.after(200, () => process.exit(0))
  })
}
