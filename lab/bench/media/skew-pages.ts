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

/** In the page of a viewer: when flashes were shown and when tones began, on the page's clock.
 *  `readSkew()` gives them once. */
export const flashMeter = `
window.flashes = []
window.beeps = []
window.readSkew = () => ({ flashes: flashes.splice(0), beeps: beeps.splice(0) })
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
const blockOf = 256
let context
let tapped
const listen = (stream) => {
  tapped?.disconnect()
  const source = tapped = context.createMediaStreamSource(stream)
  const ear = context.createScriptProcessor(blockOf, 1, 1)
  let quietSamples = 1e9
  ear.onaudioprocess = ({ inputBuffer, playbackTime }) => {
    const samples = inputBuffer.getChannelData(0)
    // What is heard in this block is played two blocks later.
    const startS = playbackTime - 2 * blockOf / context.sampleRate
    const offsetMs = performance.now() - context.currentTime * 1000
    for (let at = 0; at < samples.length; at++) {
      if (Math.abs(samples[at]) < 0.1) quietSamples++
      else {
        if (quietSamples > context.sampleRate / 4) {
          beeps.push(offsetMs + (startS + at / context.sampleRate) * 1000)
        }
        quietSamples = 0
      }
    }
  }
  source.connect(ear).connect(context.destination)
}
let heardOf
let heardAtMs = 0
setInterval(() => {
  for (const video of document.querySelectorAll('video')) {
    if (!looked.has(video)) looked.add(video), watchFlashes(video)
  }
  const playing = document.querySelector('video[data-playing]')
  if (!playing || playing.readyState < 3) return
  const what = playing.srcObject ?? playing.currentSrc
  // A tap that was held up once stays late for ever: it is made anew now and then.
  if (what === heardOf && performance.now() - heardAtMs < 15_000) return
  const stream = playing.srcObject ?? playing.captureStream()
  if (stream.getAudioTracks().length === 0) return
  heardOf = what
  heardAtMs = performance.now()
  context ??= new AudioContext()
  void context.resume().then(() => listen(stream))
}, 500)`
