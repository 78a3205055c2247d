import { makeLog } from '#adapters/log-pino'
import { systemClock } from '#kernel'
import { makeRtmpFront } from '#stage/media'
import { exitWithParent, tellReady } from '../launch/child.ts'
import { makeControl } from './control.ts'

/** Takes RTMP from outside when there are several media processes; reads no media itself. */
const { SILKCAST_SERVER_URL: serverUrl, SILKCAST_INTERNAL_KEY: internalKey } = process.env
if (!serverUrl || !URL.canParse(serverUrl) || !internalKey) {
  process.stderr.write('The RTMP front needs SILKCAST_SERVER_URL and SILKCAST_INTERNAL_KEY.\n')
  process.exit(2)
}
const log = makeLog(process.env['SILKCAST_LOG_LEVEL'] ?? 'info', 'rtmp')
const control = makeControl({ serverUrl, internalKey, clock: systemClock, log })
const front = makeRtmpFront({
  clock: systemClock, log, internalKey,
  locate: (streamKey, remoteAddress) => control.locate(streamKey, remoteAddress),
  processes: Number(process.env['SILKCAST_MEDIA_PROCESSES'] ?? 1),
})
const port = Number(process.env['SILKCAST_RTMP_PORT'] ?? 1935)
const host = process.env['SILKCAST_RTMP_HOST'] ?? '0.0.0.0'
const rtmpPort = await front.listen(port, host).catch((error: NodeJS.ErrnoException) => {
  const sentence = error.code === 'EADDRINUSE'
    ? `Port ${port} is taken by another program; choose another or stop that one.`
    : `Port ${port} cannot be opened: ${error.message}.`
  process.stderr.write(`${sentence}\n`)
  process.exit(3)
})

const stop = () => front.close().then(() => process.exit(0))
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
exitWithParent(() => front.close())
tellReady({ rtmpPort })
