/** The key that an invitation was spent for, so that loading the page again brings the guest back.
 *  Kept until the next invitation on this device. */
const KEY = 'silkcast.stage.guest'
const shape = /^[A-Za-z0-9_-]{20,64}$/

/** The token lies behind the mark of the address: it is sent to nobody but in a body. */
export const readToken = (): string | null => {
  const token = location.hash.slice(1)
  return shape.test(token) ? token : null
}

export function readGuestKey(token: string): string | null {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as { token?: unknown, key?: unknown }
    return kept.token === token && typeof kept.key === 'string' ? kept.key : null
  } catch {
    return null
  }
}

export const keepGuestKey = (token: string, key: string): void =>
  localStorage.setItem(KEY, JSON.stringify({ token, key }))
