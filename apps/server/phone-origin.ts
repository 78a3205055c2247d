import { namesOfThisMachine } from '#adapters/tls-local'

const isLoopback = (name: string): boolean =>
  name === 'localhost' || name.endsWith('.localhost') || name === '[::1]' || name.startsWith('127.')
const isPrivate = (name: string): boolean =>
  /^(192\.168|10|172\.(1[6-9]|2\d|3[01]))\.\d+\.\d+$/.test(name)

export interface PhoneOrigin {
  readonly origin: string
  /** Browsers give the camera to HTTPS pages only; `localhost` leads a phone to itself. */
  readonly isSecure: boolean
}

/** Where a phone in the caller's network finds this house: the public address, else the one that
 *  the caller came by, else an address of this machine. */
export function phoneOriginFor(
  publicUrl: string, host: string | undefined,
  names: readonly string[] = namesOfThisMachine(),
): PhoneOrigin {
  const known = new URL(publicUrl)
  const isSecure = known.protocol === 'https:'
  const at = (name: string) => ({ origin: `${known.protocol}//${name}`, isSecure })
  if (!isLoopback(known.hostname)) return at(known.host)
  const came = host !== undefined && URL.canParse(`http://${host}`)
    ? new URL(`${known.protocol}//${host}`) : known
  if (!isLoopback(came.hostname)) return at(came.host)
  // Bridges of containers live in 172.16.0.0/12 more often than phones do.
  const near = names.find((name) => isPrivate(name) && !name.startsWith('172.'))
    ?? names.find(isPrivate)
    ?? names.find((name) => /^\d+(\.\d+){3}$/.test(name) && !isLoopback(name))
  return at(near ? `${near}${known.port ? `:${known.port}` : ''}` : known.host)
}
