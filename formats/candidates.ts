const ADDRESSES_MAX = 8
const ADDRESS = /^(?:[0-9A-Fa-f.:]{2,45}|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?)$/

/** Priority of a host candidate without others beside it (RFC 8445, 5.1.2). */
const HOST_PRIORITY = 126 * 2 ** 24 + 65_535 * 2 ** 8 + 255

const isCandidate = (line: string): boolean => line.startsWith('a=candidate:')
const fieldsOf = (line: string): string[] => line.slice('a=candidate:'.length).split(' ')

/** Adds public addresses, which a server behind a router cannot see itself, as host candidates: in
 *  the order given, each behind those that are there, by position and by priority. */
export function addCandidates(
  answer: string, addresses: readonly string[], port: number,
): string {
  const end = answer.includes('\r\n') ? '\r\n' : '\n'
  const lines = answer.split(end)
  const there = lines.filter(isCandidate).map(fieldsOf)
  const isThere = (address: string) =>
    there.some((fields) => fields[4] === address && fields[5] === String(port))
  const added = [...new Set(addresses)]
    .filter((address) => ADDRESS.test(address) && !isThere(address)).slice(0, ADDRESSES_MAX)
  const priorities = there.map((fields) => Number(fields[3])).filter((one) => one > 0)
  const least = Math.min(HOST_PRIORITY + 256, ...priorities)
  // The priority of each is one step of local preference below the one before.
  const candidates = added.map((address, n) => `a=candidate:public${n + 1} 1 UDP `
    + `${Math.max(1, least - 256 * (n + 1))} ${address} ${port} typ host`)
  const at = placeFor(lines)
  return at === undefined ? answer : lines.toSpliced(at, 0, ...candidates).join(end)
}

/** Behind the last candidate of the first media that has any, or at the end of the first media. */
function placeFor(lines: readonly string[]): number | undefined {
  const first = lines.findIndex(isCandidate)
  if (first >= 0) {
    const rest = lines.slice(first).findIndex((line) => !isCandidate(line))
    return rest < 0 ? lines.length : first + rest
  }
  const media = lines.findIndex((line) => line.startsWith('m='))
  if (media < 0) return undefined
  const rest = lines.slice(media + 1).findIndex((line) =>
    line.startsWith('m=') || line === '' || line === 'a=end-of-candidates')
  return rest < 0 ? lines.length : media + 1 + rest
}
