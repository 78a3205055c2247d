/** What the address of the guests' picture says, all of it behind the mark: what is there is sent
 *  to nobody, and reaches no log. */
export interface PictureAddress {
  readonly key: string
  readonly isDark: boolean
  readonly hasNames: boolean
  /** The host has a field of the layout, where the encoder's own picture shows through. */
  readonly hasHost: boolean
}

const shape = /^[A-Za-z0-9_-]{20,64}$/

export function addressOf(origin: string, { key, ...how }: PictureAddress): string {
  const said = new URLSearchParams({ key })
  if (how.isDark) said.set('ground', 'dark')
  if (!how.hasNames) said.set('names', 'off')
  if (how.hasHost) said.set('host', 'free')
  return `${origin}/stage/picture#${said}`
}

/** Null when there is no key in it. */
export function readAddress(hash: string): PictureAddress | null {
  const said = new URLSearchParams(hash.replace(/^#/, ''))
  const key = said.get('key') ?? ''
  if (!shape.test(key)) return null
  return {
    key, isDark: said.get('ground') === 'dark', hasNames: said.get('names') !== 'off',
    hasHost: said.get('host') === 'free',
  }
}
