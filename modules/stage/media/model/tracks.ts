import type { AudioConfig } from '#formats/codecs'
import type { Sample } from '#formats/fragment'
import { TICKS_PER_SECOND } from '#formats/init-segment'
import { ticksAt, type Mapping } from './timeline.ts'

/** A track holds its newest sample back: how long it lasts is known when the next one comes. */
interface Held {
  readonly time: number
  readonly composition: number
  readonly isKey: boolean
  readonly data: Buffer
}

export interface Track {
  /** Takes a sample and returns the one before it, now with its duration. */
  push(atMs: number, isKey: boolean, ctoMs: number, data: Buffer): Sample | undefined
  /** The end: returns what is held with the duration it most likely has. */
  finish(): Sample | undefined
  /** Where the track's last sample ends, on the show's timeline. */
  readonly endTicks: number
}

const MS = TICKS_PER_SECOND / 1000
const FRAME_TICKS_DEFAULT = 40 * MS

export function makeVideoTrack(mapping: Mapping): Track {
  let held: Held | undefined
  let lastDuration = FRAME_TICKS_DEFAULT
  const release = (duration: number): Sample | undefined => {
    lastDuration = duration
    return held && { ...held, duration }
  }
  return {
    push(atMs, isKey, ctoMs, data) {
      const wanted = ticksAt(mapping, atMs)
      // Two frames with one time, or a small step back, still follow each other.
      const time = held ? Math.max(wanted, held.time + MS) : wanted
      const done = held && release(time - held.time)
      held = { time, composition: ctoMs * MS, isKey, data }
      return done
    },
    finish() {
      const done = held && release(lastDuration)
      held = undefined
      return done
    },
    get endTicks() { return held ? held.time + lastDuration : mapping.ticks },
  }
}

/** RTMP rounds to milliseconds, so sound is laid out by counting frames; the clock is consulted
 *  only to find gaps. */
const SOUND_SLACK_SECONDS = 0.06

export function makeAudioTrack(mapping: Mapping, config: AudioConfig): Track {
  const rate = config.sampleRate
  const slack = SOUND_SLACK_SECONDS * rate
  let held: Held | undefined
  let end = Math.round((mapping.ticks * rate) / TICKS_PER_SECOND)
  return {
    push(atMs, _isKey, _ctoMs, data) {
      const wanted = Math.round((ticksAt(mapping, atMs) * rate) / TICKS_PER_SECOND)
      if (wanted < end - slack) return undefined
      const time = wanted > end + slack ? wanted : end
      const done = held && { ...held, duration: time - held.time }
      held = { time, composition: 0, isKey: true, data }
      end = time + config.frameSamples
      return done
    },
    finish() {
      const done = held && { ...held, duration: config.frameSamples }
      held = undefined
      return done
    },
    get endTicks() { return Math.ceil((end * TICKS_PER_SECOND) / rate) },
  }
}
