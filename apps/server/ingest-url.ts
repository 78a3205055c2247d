import { Fault } from '#kernel'
import type { ServerEnv } from './env.ts'

/** The RTMP address as an encoder on the caller's network would write it. */
export function rtmpUrlFor(env: ServerEnv, host: string | undefined): string {
  const from = host ?? new URL(env.SILKCAST_PUBLIC_URL).host
  if (!URL.canParse(`http://${from}`)) throw new Fault('server.host')
  return `rtmp://${new URL(`http://${from}`).hostname}:${env.SILKCAST_RTMP_PORT}/live`
}
