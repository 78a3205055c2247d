import type { FastifyInstance } from 'fastify'

/** Strict by default: scripts, styles and data from this origin only; blob for the player's
 *  worker. */
export const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "worker-src 'self' blob:",
  "connect-src 'self' ws: wss:",
  "font-src 'self'",
  "frame-src 'self'",
  "frame-ancestors 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "object-src 'none'",
].join('; ')

const document = {
  'content-security-policy': contentSecurityPolicy,
  'referrer-policy': 'strict-origin-when-cross-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'geolocation=(), payment=(), usb=()',
}

/** No type is ever guessed; everything but plain JSON, which no browser runs, carries the
 *  policies. */
export function addSecurityHeaders(app: FastifyInstance, options: { isSecure: boolean }): void {
  app.addHook('onSend', (_request, reply, payload, done) => {
    reply.header('x-content-type-options', 'nosniff')
    if (options.isSecure) reply.header('strict-transport-security', 'max-age=31536000')
    const isJson = String(reply.getHeader('content-type')).startsWith('application/json')
    if (!isJson) {
      for (const [name, value] of Object.entries(document)) {
        if (!reply.hasHeader(name)) reply.header(name, value)
      }
    }
    done(null, payload)
  })
}
