// The sound under the voice: a quiet room and a few plucked strings, both made here, so that the
// clip is never silent and has no sample of anybody else's.

const PENTATONIC_HZ = [146.83, 164.81, 196, 220, 261.63, 293.66, 329.63, 392]

const chance = (seed: number) => {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 4294967296
  }
}

/** Adds to a ring: what runs over the end comes in at the beginning, so the loop has no seam. */
const addRing = (target: Float32Array, index: number, value: number) => {
  const at = index % target.length
  target[at] = (target[at] ?? 0) + value
}

/** One plucked string (Karplus-Strong), softened like silk on wood. */
const pluck = (
  target: Float32Array, rate: number, at: number, hz: number, gain: number, pan: number,
  random: () => number,
) => {
  const period = Math.round(rate / hz)
  const string = Float32Array.from({ length: period }, () => random() * 2 - 1)
  for (let round = 0; round < 3; round += 1) {
    for (let i = 0; i < period; i += 1) {
      string[i] = ((string[i] ?? 0) + (string[(i + 1) % period] ?? 0)) / 2
    }
  }
  const length = Math.round(rate * 3.2)
  for (let i = 0; i < length; i += 1) {
    const k = i % period
    const value = string[k] ?? 0
    string[k] = (value + (string[(k + 1) % period] ?? 0)) * 0.4985
    const fade = Math.min(1, i / 90) * (1 - i / length)
    addRing(target, (at + i) * 2, value * gain * fade * (1 - pan))
    addRing(target, (at + i) * 2 + 1, value * gain * fade * pan)
  }
}

const playStrings = (target: Float32Array, seconds: number, rate: number) => {
  const random = chance(2718)
  let step = 4
  for (let beat = 0; beat < seconds / 0.75 - 0.5; beat += 1) {
    if (random() < 0.42) continue
    step = Math.min(7, Math.max(0, step + Math.round((random() - 0.5) * 5)))
    const at = Math.round((beat * 0.75 + random() * 0.03) * rate)
    const hz = PENTATONIC_HZ[step] ?? 220
    pluck(target, rate, at, hz, 0.028 + random() * 0.014, 0.35 + random() * 0.3, random)
    if (beat % 8 === 0) pluck(target, rate, at, hz / 2, 0.035, 0.5, random)
  }
}

/** Room tone: two channels of softly coloured noise, generated round a ring. */
const addRoom = (target: Float32Array, rate: number) => {
  for (const channel of [0, 1]) {
    const random = chance(99 + channel)
    const warm = Math.round(rate * 0.5)
    const frames = target.length / 2
    const noise = Float32Array.from({ length: frames }, () => random() * 2 - 1)
    let [low, lower] = [0, 0]
    for (let i = -warm; i < frames; i += 1) {
      const value = noise[(i + frames) % frames] ?? 0
      low += (value - low) * 0.045
      lower += (low - lower) * 0.006
      if (i < 0) continue
      const at = i * 2 + channel
      target[at] = (target[at] ?? 0) + (low - lower) * 0.02
    }
  }
}

/** Interleaved stereo, exactly `seconds` long, that can be played in a loop. */
export const makeBed = (seconds: number, rate: number): Float32Array => {
  const bed = new Float32Array(seconds * rate * 2)
  addRoom(bed, rate)
  playStrings(bed, seconds, rate)
  return bed
}
