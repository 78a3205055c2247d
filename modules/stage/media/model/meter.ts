import type { AudioInfo, VideoInfo } from '../contract.ts'
import type { TrackSet } from '#formats/init-segment'

/** What the encoder really sends, over the last few seconds. */
export interface Meter {
  frame(atMs: number, sizeBytes: number, isKey: boolean, ctoMs: number): void
  read(tracks: TrackSet): { video?: VideoInfo; audio?: AudioInfo }
}

const SPAN_MS = 4_000
const FRAMES_MAX = 1_200

const round = (value: number, digits: number): number => Number(value.toFixed(digits))

export function makeMeter(): Meter {
  let frames: { atMs: number; sizeBytes: number }[] = []
  let lastKeyMs: number | undefined
  let keyGapMs = 0
  let hasBFrames = false

  const rates = () => {
    const first = frames[0]
    const last = frames.at(-1)
    if (!first || !last || last.atMs <= first.atMs) return { fps: 0, kbps: 0, openGapMs: 0 }
    const spanMs = last.atMs - first.atMs
    const bytes = frames.reduce((sum, frame) => sum + frame.sizeBytes, 0) - last.sizeBytes
    return {
      fps: Math.min(1_000, ((frames.length - 1) * 1_000) / spanMs),
      kbps: (bytes * 8) / spanMs,
      openGapMs: lastKeyMs === undefined ? 0 : last.atMs - lastKeyMs,
    }
  }

  return {
    frame(atMs, sizeBytes, isKey, ctoMs) {
      const last = frames.at(-1)
      if (last && Math.abs(atMs - last.atMs) > SPAN_MS) {
        frames = []
        lastKeyMs = undefined
      }
      frames.push({ atMs, sizeBytes })
      const oldest = atMs - SPAN_MS
      if (frames[0]!.atMs < oldest || frames.length > FRAMES_MAX) {
        frames = frames.slice(-FRAMES_MAX).filter((frame) => frame.atMs >= oldest)
      }
      if (ctoMs !== 0) hasBFrames = true
      if (!isKey) return
      if (lastKeyMs !== undefined) keyGapMs = Math.max(0, atMs - lastKeyMs)
      lastKeyMs = atMs
    },
    read({ video, audio }) {
      const { fps, kbps, openGapMs } = rates()
      return {
        ...(video && {
          video: {
            codec: video.codec, width: video.width, height: video.height,
            fps: round(fps, 2), kbps: round(kbps, 0),
            keyframeSeconds: round(Math.max(keyGapMs, openGapMs) / 1_000, 2), hasBFrames,
          },
        }),
        ...(audio && {
          audio: {
            codec: audio.codec, sampleRate: audio.sampleRate, channels: audio.channels,
          },
        }),
      }
    },
  }
}
