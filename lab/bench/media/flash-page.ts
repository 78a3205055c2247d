import { publishScript } from './pages.ts'

/** Publishes pictures and sound that belong together: at every full second of the page's clock the
 *  picture turns white and a tone begins, both for 120 ms. 30 pictures a second, the first of each
 *  second painted on it. */
export const flashCameraPage = `<!doctype html>
<canvas id="picture" width="320" height="180"></canvas><script>
const lastsMs = 120
const ink = picture.getContext('2d', { alpha: false })
const stream = picture.captureStream(0)
const [video] = stream.getVideoTracks()
const sound = new AudioContext()
const tone = new OscillatorNode(sound, { frequency: 1000 })
const gate = new GainNode(sound, { gain: 0 })
const speaker = sound.createMediaStreamDestination()
tone.connect(gate).connect(speaker)
tone.start()
let painted = -1
let planned = -1
setInterval(() => {
  const nowMs = performance.now()
  const due = Math.floor(nowMs * 30 / 1000)
  if (due > painted) {
    painted = due
    ink.fillStyle = (due % 30) * 1000 / 30 < lastsMs ? '#fff' : '#000'
    ink.fillRect(0, 0, picture.width, picture.height)
    ink.fillStyle = '#777'
    ink.fillRect(due % 300, 170, 20, 8)
    video.requestFrame()
  }
  const second = Math.floor(nowMs / 1000) + 1
  const inMs = second * 1000 - nowMs
  if (second > planned && inMs < 300) {
    planned = second
    const at = sound.currentTime + inMs / 1000
    gate.gain.setValueAtTime(0.5, at)
    gate.gain.setValueAtTime(0, at + lastsMs / 1000)
  }
}, 2)
${publishScript}</script>`
