import type { Choices } from './choices.ts'
import { sizeOf } from './layout.ts'

/** Why a device does not give its picture or sound. */
export type Trouble = 'blocked' | 'missing' | 'in_use' | 'gone' | 'cancelled' | 'unknown'

const troubles: Readonly<Record<string, Trouble>> = {
  NotAllowedError: 'blocked', SecurityError: 'blocked', NotFoundError: 'missing',
  NotReadableError: 'in_use', AbortError: 'in_use', OverconstrainedError: 'gone',
}

export const troubleOf = (error: unknown): Trouble =>
  troubles[(error as { name?: string } | null)?.name ?? ''] ?? 'unknown'

export const framesPerSecond = 30

/** Phones turn their picture by themselves: they are asked for the wide form and give the upright
 *  one when they are held upright. */
export const turnsItself = () => matchMedia('(pointer: coarse)').matches

export function videoAsk(choices: Choices): MediaTrackConstraints {
  const { width, height } = sizeOf(turnsItself() ? 'wide' : choices.shape)
  return {
    width: { ideal: width }, height: { ideal: height }, frameRate: { ideal: framesPerSecond },
    // A chosen device wins; a phone says only front or back.
    ...(choices.cameraId ? { deviceId: { exact: choices.cameraId } }
      : { facingMode: { ideal: choices.facing } }),
  }
}

export function audioAsk({ micId, cleansVoice, isMusic }: Choices): MediaTrackConstraints {
  const cleans = cleansVoice && !isMusic
  return {
    echoCancellation: cleans, noiseSuppression: cleans, autoGainControl: cleans,
    channelCount: { ideal: isMusic ? 2 : 1 }, sampleRate: { ideal: 48_000 },
    ...(micId ? { deviceId: { exact: micId } } : {}),
  }
}

/** A remembered device that is not plugged in gives way to any other. */
async function openOne(ask: MediaTrackConstraints, kind: 'video' | 'audio') {
  const open = async (wanted: MediaTrackConstraints) => {
    const stream = await navigator.mediaDevices.getUserMedia({ [kind]: wanted })
    const [track] = stream.getTracks()
    if (!track) throw new DOMException('no track', 'NotFoundError')
    return track
  }
  try {
    return await open(ask)
  } catch (error) {
    if (troubleOf(error) !== 'gone' || !('deviceId' in ask)) throw error
    const { deviceId: _gone, ...rest } = ask
    return open(rest)
  }
}

export const openCamera = (choices: Choices) => openOne(videoAsk(choices), 'video')
/** Whether pictures come. Virtual cameras that are switched off, and cameras that another program
 *  holds, open like any other and then send nothing. */
export function hasPicture(track: MediaStreamTrack, withinMs = 3_000): Promise<boolean> {
  // A page in the background is told of no picture.
  if (document.hidden) return Promise.resolve(true)
  const video = document.createElement('video')
  video.muted = true
  video.playsInline = true
  video.srcObject = new MediaStream([track])
  return new Promise((done) => {
    const end = (isSeen: boolean) => {
      clearTimeout(timer)
      video.srcObject = null
      done(isSeen)
    }
    const timer = setTimeout(() => end(false), withinMs)
    video.requestVideoFrameCallback(() => end(true))
    void video.play().catch(() => {})
  })
}

export const openMic = (choices: Choices) => openOne(audioAsk(choices), 'audio')

export async function openScreen(): Promise<MediaStream> {
  return navigator.mediaDevices.getDisplayMedia({
    video: { frameRate: { ideal: framesPerSecond } }, audio: true,
  })
}

export const canShareScreen = (): boolean =>
  typeof navigator.mediaDevices?.getDisplayMedia === 'function'

export interface Devices {
  readonly cameras: readonly MediaDeviceInfo[]
  readonly mics: readonly MediaDeviceInfo[]
}

export async function listDevices(): Promise<Devices> {
  const all = await navigator.mediaDevices.enumerateDevices()
  return {
    cameras: all.filter(({ kind, deviceId }) => kind === 'videoinput' && deviceId !== ''),
    mics: all.filter(({ kind, deviceId }) => kind === 'audioinput' && deviceId !== ''),
  }
}

/** Whether pressing a button first is needed: who has said yes before is not asked again. */
export async function isAllowedAlready(): Promise<boolean> {
  try {
    const asked = await Promise.all(['camera', 'microphone'].map((name) =>
      navigator.permissions.query({ name: name as PermissionName })))
    return asked.every(({ state }) => state === 'granted')
  } catch {
    // Some browsers do not know these names.
    return false
  }
}
