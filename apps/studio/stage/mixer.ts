import type { Layout } from '#stage/backstage/contract'
import { ground, makeEye, rounding } from '../camera/eye.ts'
import { coverFrom, type Box, type Size } from '../camera/layout.ts'
import type { Sound } from '../camera/sound.ts'
import { boxesFor, inOrder } from './boxes.ts'

export interface Player {
  readonly id: string
  /** Drawn in the corner of their field; '' draws none. */
  readonly name: string
  readonly video: MediaStreamTrack | null
}

export interface StageScene {
  readonly out: Size
  readonly layout: Layout
  readonly spotlight: string
  /** The host first. */
  readonly people: readonly Player[]
}

/** Draws everybody on stage into one picture: what is sent as the show. */
export interface Mixer {
  readonly track: MediaStreamTrack
  setScene(scene: StageScene): void
  close(): void
}

const field = '#2a2632'

function drawName(brush: CanvasRenderingContext2D, name: string, box: Box, out: Size): void {
  if (name === '') return
  const size = Math.round(Math.max(out.width, out.height) / 58)
  brush.font = `600 ${size}px system-ui, sans-serif`
  const room = box.width - size * 2.4
  const width = Math.min(brush.measureText(name).width, room)
  // In the middle: phones cut the sides of the picture away.
  const x = box.x + (box.width - width - size) / 2
  const y = box.y + box.height - size * 2.3
  brush.fillStyle = 'rgba(12, 10, 16, 0.62)'
  brush.beginPath()
  brush.roundRect(x, y, width + size, size * 1.6, size * 0.8)
  brush.fill()
  brush.fillStyle = '#ffffff'
  brush.textAlign = 'left'
  brush.textBaseline = 'middle'
  brush.fillText(name, x + size / 2, y + size * 0.83, room)
}

function drawOne(
  brush: CanvasRenderingContext2D, video: HTMLVideoElement, box: Box, isRound: boolean,
): void {
  brush.save()
  if (isRound) {
    brush.beginPath()
    brush.roundRect(box.x, box.y, box.width, box.height, rounding)
    brush.clip()
  }
  brush.fillStyle = field
  brush.fillRect(box.x, box.y, box.width, box.height)
  if (video.videoWidth > 0 && video.srcObject) {
    const cut = coverFrom({ width: video.videoWidth, height: video.videoHeight }, box)
    brush.drawImage(video, cut.x, cut.y, cut.width, cut.height, box.x, box.y, box.width, box.height)
  }
  brush.restore()
}

export function makeMixer(first: StageScene, fps: number, tick: Sound['tick']): Mixer {
  const canvas = document.createElement('canvas')
  const brush = canvas.getContext('2d', { alpha: false, desynchronized: true })!
  const eyes = new Map<string, HTMLVideoElement>()
  let scene = first
  let drawnAtMs = 0
  let isOver = false

  const paint = () => {
    drawnAtMs = performance.now()
    const { out, layout, spotlight } = scene
    const people = inOrder(scene.people, spotlight)
    brush.fillStyle = ground
    brush.fillRect(0, 0, out.width, out.height)
    boxesFor(layout, people.length, out).forEach((box, n) => {
      const person = people[n]!
      const eye = eyes.get(person.id)
      if (!eye) return
      drawOne(brush, eye, box, layout === 'corner' && n > 0)
      drawName(brush, person.name, box, out)
    })
  }
  /** In step with the host's own camera; what the tick does holds in a page in the background. */
  const follow = (video: HTMLVideoElement) => {
    if (isOver || !eyes.has(scene.people[0]?.id ?? '')) return
    const isLead = eyes.get(scene.people[0]!.id) === video
    if (isLead && performance.now() - drawnAtMs >= 1000 / fps - 4) paint()
    video.requestVideoFrameCallback(() => follow(video))
  }
  const look = (id: string, track: MediaStreamTrack | null) => {
    const eye = eyes.get(id) ?? makeEye()
    const isNew = !eyes.has(id)
    eyes.set(id, eye)
    const shown = (eye.srcObject as MediaStream | null)?.getVideoTracks()[0] ?? null
    if (shown !== track) {
      eye.srcObject = track ? new MediaStream([track]) : null
      if (track) void eye.play().catch(() => {})
    }
    if (isNew) eye.requestVideoFrameCallback(() => follow(eye))
  }
  const arrange = () => {
    const { out, people } = scene
    if (canvas.width !== out.width) canvas.width = out.width
    if (canvas.height !== out.height) canvas.height = out.height
    for (const { id, video } of people) look(id, video)
    for (const [id, eye] of eyes) {
      if (people.some((person) => person.id === id)) continue
      eye.srcObject = null
      eyes.delete(id)
    }
    paint()
  }
  arrange()
  const stopTicking = tick(fps, () => {
    if (performance.now() - drawnAtMs >= 1000 / fps) paint()
  })
  const [track] = canvas.captureStream(fps).getVideoTracks()
  return {
    track: track!,
    setScene(wanted) {
      scene = wanted
      arrange()
    },
    close() {
      isOver = true
      stopTicking()
      track?.stop()
      for (const eye of eyes.values()) eye.srcObject = null
      eyes.clear()
    },
  }
}
