/** The page that composes: four videos as they would come over WHEP, one canvas as on the host's
 *  page, and a connection to itself that encodes 720p in H.264. As text: this file is checked
 *  without the browser's types. */
export const page = `<!doctype html><script>
const painted = { frames: 0, latencies: [] }
const read = () => painted
async function start(count, isDrawn) {
  const eyes = await Promise.all(Array.from({ length: count }, async (_, n) => {
    const video = document.createElement('video')
    video.muted = true
    video.loop = true
    video.src = '/' + n + '.mp4'
    await video.play()
    return video
  }))
  const canvas = document.createElement('canvas')
  canvas.width = 1280; canvas.height = 720
  const brush = canvas.getContext('2d', { alpha: false, desynchronized: true })
  let drawnAt = 0
  const follow = (now, frame) => {
    if (isDrawn) {
      eyes.forEach((eye, n) =>
        brush.drawImage(eye, (n % 2) * 640, Math.floor(n / 2) * 360, 640, 360))
    }
    drawnAt = performance.now()
    painted.pending = frame.presentationTime
    eyes[0].requestVideoFrameCallback(follow)
  }
  eyes[0].requestVideoFrameCallback(follow)
  const stream = isDrawn ? canvas.captureStream(30) : eyes[0].captureStream()
  const [track] = stream.getVideoTracks()
  const reader = new MediaStreamTrackProcessor({ track: track.clone() }).readable.getReader()
  void (async () => {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      value.close()
      painted.frames++
      if (painted.pending) painted.latencies.push(performance.now() - painted.pending)
    }
  })()
  const [from, to] = [new RTCPeerConnection(), new RTCPeerConnection()]
  from.onicecandidate = ({ candidate }) => to.addIceCandidate(candidate)
  to.onicecandidate = ({ candidate }) => from.addIceCandidate(candidate)
  const sender = from.addTransceiver(track, { direction: 'sendonly',
    sendEncodings: [{ maxBitrate: 2500000, maxFramerate: 30 }] })
  sender.setCodecPreferences(RTCRtpSender.getCapabilities('video').codecs
    .filter((codec) => codec.mimeType === 'video/H264'))
  await from.setLocalDescription()
  await to.setRemoteDescription(from.localDescription)
  await to.setLocalDescription()
  await from.setRemoteDescription(to.localDescription)
}
</script>`
