export interface Person {
  /** CSS colour of everything that their camera films. */
  readonly colour: string
  readonly hertz: number
  readonly width?: number
  readonly height?: number
  readonly fps?: number
}

/** Script for a page (with `page.addInitScript`): whoever asks for a camera gets one colour, and
 *  whoever asks for a microphone one tone, so that it can be told who is where. */
export const personScript = ({ colour, hertz, width = 640, height = 360, fps = 15 }: Person) => `{
  const open = ({ video }) => {
    if (video) {
      const canvas = document.createElement('canvas')
      canvas.width = ${width}; canvas.height = ${height}
      const brush = canvas.getContext('2d')
      let n = 0
      setInterval(() => {
        brush.fillStyle = '${colour}'
        brush.fillRect(0, 0, ${width}, ${height})
        brush.fillStyle = 'rgba(255,255,255,0.2)'
        brush.fillRect((n++ * 7) % ${width}, 0, ${width / 50}, ${height})
      }, ${Math.floor(1000 / fps)})
      return canvas.captureStream(${fps})
    }
    const context = new AudioContext()
    const tone = new OscillatorNode(context, { frequency: ${hertz} })
    const out = new MediaStreamAudioDestinationNode(context)
    tone.connect(new GainNode(context, { gain: 0.2 })).connect(out)
    tone.start()
    return out.stream
  }
  navigator.mediaDevices.getUserMedia = async (ask) => open(ask)
}`
