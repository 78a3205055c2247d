import type { Corner, Shape } from './layout.ts'

/** What somebody set up once and finds again the next time, on this device. */
export interface Choices {
  /** Device ids; '' takes what the browser offers first. */
  readonly cameraId: string
  readonly micId: string
  readonly facing: 'user' | 'environment'
  /** Echo cancelling, noise suppression and automatic gain. */
  readonly cleansVoice: boolean
  /** Sound as it is, in stereo: instruments and singing. */
  readonly isMusic: boolean
  readonly shape: Shape
  readonly kbps: number
  readonly corner: Corner
}

export const bitrates = [1500, 2500, 4000] as const
export const corners = ['top-left', 'top-right', 'bottom-left', 'bottom-right'] as const

export const defaultChoices: Choices = {
  cameraId: '', micId: '', facing: 'user', cleansVoice: true, isMusic: false, shape: 'upright',
  kbps: 2500, corner: 'top-right',
}

const idLength = 300
const asId = (value: unknown) =>
  (typeof value === 'string' && value.length <= idLength ? value : '')
const asFlag = (value: unknown, normal: boolean) => (typeof value === 'boolean' ? value : normal)

/** Whatever an older page or a curious person left there becomes choices that work. */
export function readChoices(text: string | null): Choices {
  let found: Partial<Record<keyof Choices, unknown>> = {}
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    if (typeof value === 'object' && value !== null) found = value
  } catch {
    return defaultChoices
  }
  return {
    cameraId: asId(found.cameraId), micId: asId(found.micId),
    facing: found.facing === 'environment' ? 'environment' : 'user',
    cleansVoice: asFlag(found.cleansVoice, true), isMusic: asFlag(found.isMusic, false),
    shape: found.shape === 'wide' ? 'wide' : 'upright',
    kbps: bitrates.find((kbps) => kbps === found.kbps) ?? defaultChoices.kbps,
    corner: corners.find((corner) => corner === found.corner) ?? defaultChoices.corner,
  }
}

const KEY = 'silkcast.studio.camera'
export const loadChoices = (): Choices => readChoices(localStorage.getItem(KEY))
export const saveChoices = (choices: Choices): void =>
  localStorage.setItem(KEY, JSON.stringify(choices))
