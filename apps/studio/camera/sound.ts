import { barOf, hearingMs, judge, measure, type Hearing, type Loudness } from './level.ts'

export interface Heard {
  /** Length of the meter, 0 to 1. */
  readonly bar: number
  readonly hearing: Hearing
}

/** Mixes microphone and computer sound into one track that never changes, so that devices come and
 *  go without the viewers' side noticing. */
export interface Sound {
  readonly track: MediaStreamTrack
  setMic(track: MediaStreamTrack | null): void
  setScreen(track: MediaStreamTrack | null): void
  setMuted(isMuted: boolean): void
  /** Of the microphone, before muting: somebody who is muted still sees that it works. */
  readonly heard: Heard
  /** Calls back about `fps` times a second, also in a page in the background: the sound's clock is
   *  not slowed down there. Returns how to stop. */
  tick(fps: number, run: () => void): () => void
  /** Browsers start sound only after a press. */
  wake(): void
  close(): void
}

const lookMs = 100
const nothing: Heard = { bar: 0, hearing: 'good' }

function startTicking(context: AudioContext, fps: number, run: () => void): () => void {
  let isOver = false
  const next = () => {
    if (isOver) return
    const source = new ConstantSourceNode(context, { offset: 0 })
    source.onended = () => {
      source.disconnect()
      if (isOver) return
      run()
      next()
    }
    source.connect(context.destination)
    source.start()
    source.stop(context.currentTime + 1 / fps)
  }
  next()
  return () => { isOver = true }
}

export function makeSound(): Sound {
  const context = new AudioContext({ latencyHint: 'interactive' })
  const out = new MediaStreamAudioDestinationNode(context, { channelCount: 2 })
  const gate = new GainNode(context, { gain: 1 })
  gate.connect(out)
  const analyser = new AnalyserNode(context, { fftSize: 2048 })
  const samples = new Float32Array(analyser.fftSize)
  let mic: MediaStreamAudioSourceNode | null = null
  let screen: MediaStreamAudioSourceNode | null = null
  let recent: Loudness[] = []
  let heard = nothing

  const listening = setInterval(() => {
    if (!mic) return
    analyser.getFloatTimeDomainData(samples)
    const now = measure(samples)
    recent = [...recent, now].slice(-hearingMs / lookMs)
    heard = { bar: barOf(now), hearing: judge(recent) }
  }, lookMs)
  const join = (track: MediaStreamTrack) =>
    new MediaStreamAudioSourceNode(context, { mediaStream: new MediaStream([track]) })
  return {
    track: out.stream.getAudioTracks()[0]!,
    setMic(track) {
      mic?.disconnect()
      mic = track ? join(track) : null
      mic?.connect(gate)
      mic?.connect(analyser)
      recent = []
      heard = nothing
    },
    setScreen(track) {
      screen?.disconnect()
      screen = track ? join(track) : null
      screen?.connect(out)
    },
    // A short ramp: a jump would click.
    setMuted: (isMuted) => gate.gain.setTargetAtTime(isMuted ? 0 : 1, context.currentTime, 0.01),
    get heard() { return heard },
    tick: (fps, run) => startTicking(context, fps, run),
    wake: () => void context.resume().catch(() => {}),
    close() {
      clearInterval(listening)
      void context.close().catch(() => {})
    },
  }
}

export const lookEveryMs = lookMs
