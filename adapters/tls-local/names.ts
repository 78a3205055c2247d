import { hostname, networkInterfaces } from 'node:os'
import { isIP } from 'node:net'

const NAME = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/i
const NAME_LENGTH = 253
// A machine that runs many containers has as many addresses.
const NAMES_LIMIT = 60
const EVERYWHERE = new Set(['0.0.0.0', '::'])

const bare = (name: string): string => name.replace(/^\[(.*)\]$/, '$1').toLowerCase()

const isUsable = (name: string): boolean =>
  !EVERYWHERE.has(name) && (isIP(name) !== 0 || (name.length <= NAME_LENGTH && NAME.test(name)))

/** Every name and address under which this machine is reached: itself, its own network, and what
 *  the operator says. Without addresses that hold for one link only. */
export function namesOfThisMachine(
  more: readonly string[] = [], interfaces = networkInterfaces(), host = hostname(),
): string[] {
  const addresses = Object.values(interfaces)
    .flatMap((found) => found ?? [])
    .filter((one) => !one.internal && !/^(fe[89ab]|169\.254\.)/i.test(one.address))
    .map((one) => one.address)
  const names = ['localhost', '127.0.0.1', '::1', ...more, host, ...addresses]
  return [...new Set(names.map(bare).filter(isUsable))].slice(0, NAMES_LIMIT)
}

type Addresses = ReturnType<typeof networkInterfaces>

/** The address of this machine that a phone in the same network would use. */
export function lanAddress(interfaces: Addresses = networkInterfaces()): string | undefined {
  const addresses = Object.entries(interfaces)
    // Bridges of containers and virtual machines lead to no phone.
    .filter(([name]) => !/^(docker|br-|veth|virbr|vmnet|utun|tun|tap)/.test(name))
    .flatMap(([, found]) => found ?? [])
    .filter((one) => one.family === 'IPv4' && !one.internal && !one.address.startsWith('169.254.'))
    .map((one) => one.address)
  return addresses.find((one) => /^(192\.168|10|172\.(1[6-9]|2\d|3[01]))\./.test(one))
    ?? addresses[0]
}
