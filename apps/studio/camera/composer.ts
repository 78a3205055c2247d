import { ground, makeEye, rounding } from './eye.ts'
import { cornerBox, coverFrom, screenBox, type Corner, type Size, type Source } from './layout.ts'
import type { Sound } from './sound.ts'

export interface Scene {
  readonly source: Source
  readonly corner: Corner
  readonly out: Size
}

/** Draws camera and screen into one picture that keeps its size, whatever comes and goes. */
export interface Composer {
  readonly track: MediaStreamTrack
  setCamera(track: MediaStreamTrack | null): void
  setScreen(track: MediaStreamTrack | null): void
  setScene(scene: Scene): void
  close(): void
}

const sizeOfVideo = ({ videoWidth, videoHeight }: HTMLVideoElement): Size | null =>
  (videoWidth > 0 ? { width: videoWidth, height: videoHeight } : null)

function look(video: HTMLVideoElement, track: MediaStreamTrack | null): void {
  video.srcObject = track ? new MediaStream([track]) : null
  if (track) void video.play().catch(() => {})
}

function drawCorner(
  brush: CanvasRenderingContext2D, video: HTMLVideoElement, size: Size, scene: Scene,
): void {
  const box = cornerBox(size, scene.out, scene.corner)
  brush.save()
  brush.beginPath()
  brush.roundRect(box.x, box.y, box.width, box.height, rounding)
  brush.clip()
  brush.drawImage(video, box.x, box.y, box.width, box.height)
  brush.restore()
}

function draw(
  brush: CanvasRenderingContext2D, scene: Scene, camera: HTMLVideoElement, screen: HTMLVideoElement,
): void {
  const { width, height } = scene.out
  const face = camera.srcObject ? sizeOfVideo(camera) : null
  const desk = screen.srcObject ? sizeOfVideo(screen) : null
  brush.fillStyle = ground
  brush.fillRect(0, 0, width, height)
  if (scene.source !== 'camera' && desk) {
    const small = scene.source === 'both' ? face : null
    const box = screenBox(desk, small, scene.out, scene.corner)
    brush.drawImage(screen, box.x, box.y, box.width, box.height)
    if (small) drawCorner(brush, camera, small, scene)
    return
  }
  if (!face || scene.source === 'screen') return
  const cut = coverFrom(face, scene.out)
  brush.drawImage(camera, cut.x, cut.y, cut.width, cut.height, 0, 0, width, height)
}

export function makeComposer(first: Scene, fps: number, tick: Sound['tick']): Composer {
  const canvas = document.createElement('canvas')
  const brush = canvas.getContext('2d', { alpha: false, desynchronized: true })!
  const camera = makeEye()
  const screen = makeEye()
  let scene = first
  let drawnAtMs = 0
  let isOver = false
  const fit = () => {
    if (canvas.width !== scene.out.width) canvas.width = scene.out.width
    if (canvas.height !== scene.out.height) canvas.height = scene.out.height
  }
  const paint = () => {
    drawnAtMs = performance.now()
    draw(brush, scene, camera, screen)
  }
  const lead = () => (scene.source === 'camera' ? camera : screen)
  /** In step with the picture that fills most of the frame. */
  const follow = (video: HTMLVideoElement) => {
    if (isOver) return
    if (video === lead() && performance.now() - drawnAtMs >= 1000 / fps - 4) paint()
    video.requestVideoFrameCallback(() => follow(video))
  }
  fit()
  paint()
  for (const video of [camera, screen]) video.requestVideoFrameCallback(() => follow(video))
  // A screen that stands still sends no frames, and a page in the background gets no callbacks.
  const stopTicking = tick(fps, () => {
    if (performance.now() - drawnAtMs >= 1000 / fps) paint()
  })
  const [track] = canvas.captureStream(fps).getVideoTracks()
  return {
    track: track!,
    setCamera: (wanted) => look(camera, wanted),
    setScreen: (wanted) => look(screen, wanted),
    setScene(wanted) {
      scene = wanted
      fit()
      paint()
    },
    close() {
      isOver = true
      stopTicking()
      track?.stop()
      look(camera, null)
      look(screen, null)
    },
  }
}
