/** Structured log. Fields never hold personal data or secrets. */
export interface Log {
  debug(event: string, fields?: Record<string, unknown>): void
  info(event: string, fields?: Record<string, unknown>): void
  warn(event: string, fields?: Record<string, unknown>): void
  error(event: string, fields?: Record<string, unknown>): void
  child(fields: Record<string, unknown>): Log
}

const nothing = () => {}
export const silentLog: Log = {
  debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => silentLog,
}
