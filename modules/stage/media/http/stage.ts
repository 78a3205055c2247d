import { isId } from '#kernel'
import { backstageLimits, type StageGuest, type StageList } from '#stage/backstage/contract'

function isGuest(value: unknown): value is StageGuest {
  if (typeof value !== 'object' || value === null) return false
  const { id, isOnStage, isMuted, ...more } = value as Record<string, unknown>
  return isId('gst', id) && typeof isOnStage === 'boolean' && typeof isMuted === 'boolean'
    && Object.keys(more).length === 0
}

/** The schema of the contract by hand: its compiler would cost a killed process its return in two
 *  seconds. */
export function isStageList(body: unknown): body is StageList {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return false
  const { revision, guests, pictureRound = 1, ...more } = body as Record<string, unknown>
  return Number.isSafeInteger(revision) && (revision as number) >= 0 && Array.isArray(guests)
    && guests.length <= backstageLimits.listedMax && guests.every(isGuest)
    && Number.isSafeInteger(pictureRound) && (pictureRound as number) >= 1
    && Object.keys(more).length === 0
}
