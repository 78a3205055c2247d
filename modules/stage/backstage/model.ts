import { createHash } from 'node:crypto'
import {
  backstageLimits, HOST, type BackstageRefusal, type Guest, type GuestState, type Layout, type Mute,
  type StageList,
} from './contract.ts'
import type { facts } from './events.ts'

export interface GuestRow {
  readonly id: string
  readonly show_id: string
  readonly state: GuestState
  readonly name: string
  readonly language: string
  readonly mute: Mute
  readonly person_id: string | null
  readonly place: number
  readonly expires_at_ms: number
}

export interface StageRow {
  readonly show_id: string
  readonly revision: number
  readonly layout: Layout
  readonly spotlight: string
}

/** What a decision changes: of one guest, and of the stage. */
export interface Decision {
  readonly guest?: { readonly id: string; readonly state?: GuestState; readonly mute?: Mute }
  readonly stage?: { readonly layout?: Layout; readonly spotlight?: string }
  readonly fact?: (typeof facts)[number]['name']
}

export const hashOf = (secret: string): string =>
  createHash('sha256').update(secret).digest('hex')

const TURNING = /[\u202a-\u202e\u2066-\u2069]/gu
const HIDDEN = /[\p{Cc}\p{Co}\u00ad\u200b\u2060-\u2064\ufeff\u2028\u2029]/gu

/** One line without characters that hide or turn text; empty when there is nothing to read. */
export function cleanName(typed: string): string {
  const plain = typed.toWellFormed().normalize('NFC').replace(TURNING, '').replace(HIDDEN, ' ')
    .replace(/\s+/gu, ' ').trim()
  return /[\p{L}\p{N}]/u.test(plain)
    ? [...plain].slice(0, backstageLimits.nameLength).join('').trim() : ''
}

const isInside = ({ state }: GuestRow) => state === 'waiting' || state === 'on_stage'
export const insideOf = (guests: readonly GuestRow[]) => guests.filter(isInside)
export const onStageOf = (guests: readonly GuestRow[]) =>
  guests.filter(({ state }) => state === 'on_stage')
const find = (guests: readonly GuestRow[], id: string) => guests.find((guest) => guest.id === id)

export function admit(guests: readonly GuestRow[], id: string): Decision | BackstageRefusal {
  const guest = find(guests, id)
  if (!guest) return 'stage.backstage.guest_unknown'
  if (guest.state === 'on_stage') return {}
  if (guest.state !== 'waiting') return 'stage.backstage.not_waiting'
  const onStage = guests.filter(({ state }) => state === 'on_stage').length
  // The host is the first of them.
  if (onStage + 1 >= backstageLimits.onStageMax) return 'stage.backstage.full'
  return { guest: { id, state: 'on_stage' }, fact: 'GuestAdmitted' }
}

export function mute(
  guests: readonly GuestRow[], id: string, isWanted: boolean,
): Decision | BackstageRefusal {
  const guest = find(guests, id)
  if (!guest || !isInside(guest)) return 'stage.backstage.guest_unknown'
  // A mute ends only when the guest says yes.
  const next: Mute = isWanted ? 'muted' : guest.mute === 'open' ? 'open' : 'asked'
  return next === guest.mute ? {} : { guest: { id, mute: next } }
}

export function speak(guest: GuestRow): Decision | BackstageRefusal {
  if (guest.mute === 'open') return {}
  return guest.mute === 'asked' ? { guest: { id: guest.id, mute: 'open' } }
    : 'stage.backstage.not_asked'
}

/** Whoever goes leaves the spotlight to the host. */
export function go(
  stage: StageRow, guests: readonly GuestRow[], id: string, how: 'left' | 'removed',
): Decision | BackstageRefusal {
  if (!find(guests, id)) return 'stage.backstage.guest_unknown'
  return {
    guest: { id, state: how }, fact: how === 'left' ? 'GuestLeft' : 'GuestRemoved',
    ...stage.spotlight === id ? { stage: { spotlight: HOST } } : {},
  }
}

export function lay(
  stage: StageRow, guests: readonly GuestRow[], layout: Layout, spotlight: string,
): Decision | BackstageRefusal {
  if (spotlight !== HOST && find(guests, spotlight)?.state !== 'on_stage') {
    return 'stage.backstage.not_on_stage'
  }
  const isSame = stage.layout === layout && stage.spotlight === spotlight
  return isSame ? {} : { stage: { layout, spotlight } }
}

export const toGuest = (row: GuestRow): Guest => ({
  id: row.id, name: row.name, language: row.language, state: row.state, mute: row.mute,
  isFromHand: row.person_id !== null, expiresAtMs: Number(row.expires_at_ms),
})

/** The list for the media process: nobody but those inside. */
export const toList = (
  stage: StageRow, guests: readonly GuestRow[], pictureRound: number | undefined,
): StageList => ({
  revision: Number(stage.revision),
  guests: insideOf(guests).map(toStageGuest),
  ...pictureRound === undefined ? {} : { pictureRound },
})

export const toStageGuest = ({ id, state, mute: muted }: GuestRow) =>
  ({ id, isOnStage: state === 'on_stage', isMuted: muted !== 'open' })
