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
async function publish(url, key) {
  await sound.resume()
  const pc = new RTCPeerConnection()
  pc.addTransceiver(video, { direction: 'sendonly', streams: [stream] })
  pc.addTransceiver(speaker.stream.getAudioTracks()[0], { direction: 'sendonly' })
  await pc.setLocalDescription()
  const answer = await fetch(url, { method: 'POST', body: pc.localDescription.sdp,
    headers: { 'content-type': 'application/sdp', authorization: 'Bearer ' + key } })
  if (answer.status !== 201) throw new Error(answer.status + ' ' + await answer.text())
  await pc.setRemoteDescription({ type: 'answer', sdp: await answer.text() })
}
/** From this page to itself, with nobody between: what browsers do alone. */
async function loop() {
  await sound.resume()
  const [from, to] = [new RTCPeerConnection(), new RTCPeerConnection()]
  from.onicecandidate = ({ candidate }) => to.addIceCandidate(candidate)
  to.onicecandidate = ({ candidate }) => from.addIceCandidate(candidate)
  for (const track of [video, ...speaker.stream.getTracks()]) from.addTrack(track, stream)
  const element = document.createElement('video')
  Object.assign(element, { muted: true, autoplay: true })
  element.dataset.playing = ''
  document.body.append(element)
  to.ontrack = ({ streams }) => { element.srcObject = streams[0] }
  await from.setLocalDescription()
  await to.setRemoteDescription(from.localDescription)
  await to.setLocalDescription()
  await from.setRemoteDescription(to.localDescription)
}
</script>`

/** In the page of a viewer over WebRTC: when flashes were shown and when tones were played, on the
 *  page's clock. `readSkew()` gives them once. */
export const flashMeter = `
window.flashes = []
window.beeps = []
window.readSkew = () => ({
  flashes: flashes.splice(0), beeps: beeps.splice(0).map((one) => one.atMs + one.offsetMs),
})
const looked = new WeakSet()
const eye = document.createElement('canvas')
eye.width = eye.height = 4
const ink = eye.getContext('2d', { willReadFrequently: true })
const watchFlashes = (video) => {
  let wasWhite = false
  const onFrame = (_now, { expectedDisplayTime }) => {
    video.requestVideoFrameCallback(onFrame)
    if (!('playing' in video.dataset)) return
    ink.drawImage(video, 0, 0, 4, 4)
    const isWhite = ink.getImageData(1, 1, 1, 1).data[0] > 127
    if (isWhite && !wasWhite) flashes.push(expectedDisplayTime)
    wasWhite = isWhite
  }
  video.requestVideoFrameCallback(onFrame)
}
let heardOf
const listen = async (stream) => {
  const [track] = stream.getAudioTracks()
  const { readable } = new MediaStreamTrackProcessor({ track })
  // Sound is stamped on a clock of the browser's; what came soonest says how the two clocks lie.
  let offsetMs = Infinity
  let quietSamples = 1e9
  for (const reader = readable.getReader(); ;) {
    const { done, value } = await reader.read()
    if (done || heardOf !== stream) return
    offsetMs = Math.min(offsetMs, performance.now() - value.timestamp / 1000)
    const samples = new Float32Array(value.numberOfFrames)
    value.copyTo(samples, { planeIndex: 0, format: 'f32-planar' })
    samples.forEach((sample, at) => {
      if (Math.abs(sample) < 0.1) return void quietSamples++
      if (quietSamples > value.sampleRate / 4) {
        beeps.push({ atMs: value.timestamp / 1000 + at * 1000 / value.sampleRate, offsetMs })
      }
      quietSamples = 0
    })
    value.close()
  }
}
setInterval(() => {
  for (const video of document.querySelectorAll('video')) {
    if (!looked.has(video)) looked.add(video), watchFlashes(video)
  }
  const stream = document.querySelector('video[data-playing]')?.srcObject
  if (!stream || stream === heardOf || stream.getAudioTracks().length === 0) return
  heardOf = stream
  void listen(stream)
}, 500)`
