import { spawn, type ChildProcess } from 'node:child_process'
import type { Clock, Log } from '#kernel'

export interface PusherDeps {
  readonly ffmpeg: string
  readonly clip: string
  readonly rtmpUrl: string
  readonly clock: Clock
  readonly log: Log
}

const againMs = 700

export interface Pusher {
  /** How far into its endless loop the encoder is, seconds. */
  position(): number
  stop(): void
}

/** Sends the clip to the real RTMP ingest, over and over, as an encoder would; comes back by
 *  itself. */
export function startPusher(deps: PusherDeps): Pusher {
  let child: ChildProcess | null = null
  let isStopped = false
  let startedMs = deps.clock.steadyMs()
  const push = () => {
    if (isStopped) return
    startedMs = deps.clock.steadyMs()
    child = spawn(
      deps.ffmpeg,
      [
        '-hide_banner',
        '-loglevel',
        'error',
        '-nostdin',
        '-re',
        '-stream_loop',
        '-1',
        '-i',
        deps.clip,
        '-c',
        'copy',
        '-f',
        'flv',
        '-flvflags',
        'no_duration_filesize',
        deps.rtmpUrl,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    )
    let said = ''
    child.stderr?.on('data', (data: Buffer) => {
      said = (said + data.toString()).slice(-500)
    })
    child.on('error', (cause) => deps.log.error('demo.ffmpeg', { cause: String(cause) }))
    child.on('close', (code) => {
      if (isStopped) return
      // The key is in the address; it must not reach a log.
      const reason = said.replaceAll(deps.rtmpUrl, 'rtmp://…').trim()
      deps.log.info('demo.push_ended', {
        code,
        ranMs: Math.round(deps.clock.steadyMs() - startedMs),
        reason,
      })
      deps.clock.after(againMs, push)
    })
  }
  push()
  return {
    position: () => (deps.clock.steadyMs() - startedMs) / 1000,
    stop() {
      isStopped = true
      child?.kill('SIGTERM')
    },
  }
}
