import type { Choices } from './choices.ts'
import { makeComposer, type Composer, type Scene } from './composer.ts'
import {
  framesPerSecond, hasPicture, openCamera, openMic, openScreen, troubleOf, turnsItself,
  type Trouble,
} from './devices.ts'
import { fitsAsIs, sizeOf, type Source } from './layout.ts'
import { makeSound, type Sound } from './sound.ts'

/** What this page films and hears, as the screen shows it. */
export interface Captured {
  /** Goes out, and is what the preview shows; null before the camera is on. */
  readonly video: MediaStreamTrack | null
  readonly camera: 'off' | 'opening' | 'on' | 'failed'
  readonly mic: 'off' | 'opening' | 'on' | 'failed'
  /** `still`: another camera opened and sent no picture. */
  readonly cameraTrouble: Trouble | 'still' | null
  readonly micTrouble: Trouble | null
  readonly screenTrouble: Trouble | null
  readonly source: Source
  /** Somebody stopped sharing from outside this page. */
  readonly lostScreen: boolean
  readonly screenHasSound: boolean
  /** A picture of oneself is shown as in a mirror; viewers get it the right way round. */
  readonly isMirrored: boolean
  readonly isComposed: boolean
  readonly isMuted: boolean
  readonly cameraId: string
  readonly micId: string
}

export const startCaptured: Captured = {
  video: null, camera: 'off', mic: 'off', cameraTrouble: null, micTrouble: null,
  screenTrouble: null, source: 'camera', lostScreen: false, screenHasSound: false,
  isMirrored: false, isComposed: false, isMuted: false, cameraId: '', micId: '',
}

export interface Capture {
  readonly state: Captured
  readonly sound: Sound
  open(): Promise<void>
  /** After choices changed: opens again only what they touch. */
  choose(choices: Choices): void
  /** After a device was plugged in. */
  look(): void
  /** After the device was turned: its picture may have another shape now. */
  refit(): void
  setSource(source: Source): Promise<void>
  setMuted(isMuted: boolean): void
  close(): void
}

/** The new picture is on its way by then. */
const letGoMs = 500

const touchesCamera = (a: Choices, b: Choices) =>
  a.cameraId !== b.cameraId || a.facing !== b.facing || a.shape !== b.shape
const touchesMic = (a: Choices, b: Choices) =>
  a.micId !== b.micId || a.cleansVoice !== b.cleansVoice || a.isMusic !== b.isMusic

export function makeCapture(first: Choices, tell: (captured: Captured) => void): Capture {
  const sound = makeSound()
  let state = startCaptured
  let choices = first
  let camera: MediaStreamTrack | null = null
  let mic: MediaStreamTrack | null = null
  let screen: MediaStream | null = null
  let composer: Composer | null = null
  let isOver = false

  const set = (change: Partial<Captured>) => {
    state = { ...state, ...change }
    if (!isOver) tell(state)
  }
  const scene = (): Scene =>
    ({ source: state.source, corner: choices.corner, out: sizeOf(choices.shape) })
  const needsDrawing = () => {
    if (state.source !== 'camera') return true
    const { width = 0, height = 0 } = camera?.getSettings() ?? {}
    return camera !== null && !fitsAsIs({ width, height }, sizeOf(choices.shape))
  }

  /** The track that goes out: the camera's own, or what is drawn of camera and screen. */
  function arrange(): void {
    const isComposed = needsDrawing()
    if (isComposed) {
      composer ??= makeComposer(scene(), framesPerSecond, sound.tick)
      composer.setScene(scene())
      composer.setCamera(camera)
      composer.setScreen(screen?.getVideoTracks()[0] ?? null)
    }
    const before = composer
    if (!isComposed) composer = null
    const isFront = camera?.getSettings().facingMode !== 'environment'
    set({
      isComposed, video: isComposed ? composer!.track : camera,
      isMirrored: state.source === 'camera' && isFront,
    })
    // After the sender has the other track, so that no black frame goes out.
    if (!isComposed) before?.close()
  }

  async function turnCameraOn(): Promise<void> {
    const wanted = choices
    set({ camera: 'opening', cameraTrouble: null })
    const before = camera
    // A phone has one camera at a time: the other must be let go first. Elsewhere the other goes on
    // until the new one is there, and viewers see no gap.
    if (turnsItself()) before?.stop()
    try {
      const track = await openCamera(wanted)
      const isOld = () => isOver || wanted !== choices && touchesCamera(wanted, choices)
      if (isOld()) return track.stop()
      if (before?.readyState === 'live' && !await hasPicture(track)) {
        track.stop()
        if (!isOld()) set({ camera: 'on', cameraTrouble: 'still' })
        return undefined
      }
      if (isOld()) return track.stop()
      camera = track
      setTimeout(() => before?.stop(), letGoMs)
      track.addEventListener('ended', () => {
        if (camera !== track) return
        camera = null
        set({ camera: 'failed', cameraTrouble: 'gone' })
        arrange()
      })
      set({ camera: 'on', cameraId: track.getSettings().deviceId ?? '' })
    } catch (error) {
      if (wanted !== choices && touchesCamera(wanted, choices)) return
      before?.stop()
      camera = null
      set({ camera: 'failed', cameraTrouble: troubleOf(error) })
    }
    arrange()
  }

  async function turnMicOn(): Promise<void> {
    const wanted = choices
    set({ mic: 'opening', micTrouble: null })
    try {
      const track = await openMic(wanted)
      if (isOver || wanted !== choices && touchesMic(wanted, choices)) return track.stop()
      mic?.stop()
      mic = track
      sound.setMic(track)
      track.addEventListener('ended', () => {
        if (mic !== track) return
        mic = null
        sound.setMic(null)
        set({ mic: 'failed', micTrouble: 'gone' })
      })
      set({ mic: 'on', micId: track.getSettings().deviceId ?? '' })
    } catch (error) {
      set({ mic: 'failed', micTrouble: troubleOf(error) })
    }
  }

  function dropScreen(lostScreen: boolean): void {
    for (const track of screen?.getTracks() ?? []) track.stop()
    screen = null
    sound.setScreen(null)
    set({ source: 'camera', screenHasSound: false, lostScreen })
    arrange()
  }

  async function share(): Promise<boolean> {
    if (screen) return true
    set({ screenTrouble: null, lostScreen: false })
    try {
      const stream = await openScreen()
      screen = stream
      const [heard] = stream.getAudioTracks()
      sound.setScreen(heard ?? null)
      set({ screenHasSound: heard !== undefined })
      stream.getVideoTracks()[0]?.addEventListener('ended', () => {
        if (screen === stream) dropScreen(true)
      })
      return true
    } catch (error) {
      // Closing the chooser is an answer, not a fault.
      const trouble = troubleOf(error)
      set({ screenTrouble: trouble === 'blocked' ? 'cancelled' : trouble })
      return false
    }
  }

  return {
    get state() { return state },
    sound,
    async open() {
      sound.wake()
      await turnCameraOn()
      await turnMicOn()
    },
    choose(wanted) {
      const before = choices
      choices = wanted
      if (state.camera !== 'off' && touchesCamera(before, wanted)) void turnCameraOn()
      else if (before.corner !== wanted.corner) composer?.setScene(scene())
      if (state.mic !== 'off' && touchesMic(before, wanted)) void turnMicOn()
    },
    look() {
      if (state.camera === 'failed') void turnCameraOn()
      if (state.mic === 'failed') void turnMicOn()
    },
    refit: () => { if (camera) arrange() },
    async setSource(source) {
      sound.wake()
      if (source === 'camera') return dropScreen(false)
      if (!await share()) return undefined
      set({ source })
      return arrange()
    },
    setMuted(isMuted) {
      sound.setMuted(isMuted)
      set({ isMuted })
    },
    close() {
      isOver = true
      for (const track of [camera, mic, ...screen?.getTracks() ?? []]) track?.stop()
      composer?.close()
      sound.close()
    },
  }
}
