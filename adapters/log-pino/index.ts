import { pino, type Logger } from 'pino'
import type { Log } from '#kernel'

const wrap = (logger: Logger): Log => ({
  debug: (event, fields) => logger.debug(fields ?? {}, event),
  info: (event, fields) => logger.info(fields ?? {}, event),
  warn: (event, fields) => logger.warn(fields ?? {}, event),
  error: (event, fields) => logger.error(fields ?? {}, event),
  child: (fields) => wrap(logger.child(fields)),
})

/** JSON lines on stdout for the launcher to keep. */
export const makeLog = (level: string, name: string): Log =>
  wrap(pino({ level, base: { part: name }, redact: ['token', 'streamKey', 'email', 'cookie'] }))
