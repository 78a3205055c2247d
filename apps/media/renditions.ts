import type { RenditionName } from '#stage/media/contract'

/** Cores a machine needs before it encodes a second picture beside everything else: decoding and
 *  encoding took a fifth of one core for 720p at 30 a second (measured), and decoding grows with
 *  the source. */
const CORES_MIN = 4

const ALLOWED: Readonly<Record<string, readonly RenditionName[]>> = {
  none: [], audio: ['audio'], all: ['360p', 'audio'],
}

/** Reads SILKCAST_RENDITIONS; undefined when it is not one of its words. `said` is what the server
 *  wants for a show: it chooses among what the operator allows. */
export function chooseRenditions(setting: string | undefined, cores: number):
((said: readonly RenditionName[] | undefined) => readonly RenditionName[]) | undefined {
  if (setting === undefined || setting === '') {
    const otherwise: readonly RenditionName[] = cores >= CORES_MIN ? ['360p', 'audio'] : ['audio']
    return (said) => said ?? otherwise
  }
  const allowed = Object.hasOwn(ALLOWED, setting) ? ALLOWED[setting] : undefined
  return allowed && ((said) => said ? allowed.filter((name) => said.includes(name)) : allowed)
}
