interface Codec {
  readonly mimeType: string
  readonly sdpFmtpLine?: string | undefined
}

const isH264 = ({ mimeType }: Codec) => mimeType.toLowerCase() === 'video/h264'
const hasModeOne = ({ sdpFmtpLine }: Codec) => /packetization-mode=1\b/.test(sdpFmtpLine ?? '')
const isBaseline = ({ sdpFmtpLine }: Codec) => /profile-level-id=42e0/i.test(sdpFmtpLine ?? '')

/** H.264 only, in the form that every viewer's decoder takes first: constrained baseline has no
 *  B-frames. Empty when this browser cannot make H.264. */
export function pickH264<C extends Codec>(codecs: readonly C[]): C[] {
  const made = codecs.filter((codec) => isH264(codec) && hasModeOne(codec))
  if (made.length === 0) return []
  const resend = codecs.filter(({ mimeType }) => mimeType.toLowerCase() === 'video/rtx')
  return [...made.filter(isBaseline), ...made.filter((codec) => !isBaseline(codec)), ...resend]
}

/** The lines that describe one payload type of that codec, each with `change` applied. */
function withFormat(
  sdp: string, codec: RegExp, change: (parameters: readonly string[]) => readonly string[],
): string {
  const lines = sdp.split('\r\n')
  const types = lines.flatMap((line) => {
    const found = /^a=rtpmap:(\d+) ([^/]+)\//.exec(line)
    return found && codec.test(found[2]!) ? [found[1]!] : []
  })
  return lines.map((line) => {
    const found = /^a=fmtp:(\d+) (.*)$/.exec(line)
    if (!found || !types.includes(found[1]!)) return line
    return `a=fmtp:${found[1]} ${change(found[2]!.split(';').map((one) => one.trim())).join(';')}`
  }).join('\r\n')
}

const put = (parameters: readonly string[], name: string, value: string) =>
  [...parameters.filter((one) => !one.startsWith(`${name}=`)), `${name}=${value}`]

/** Browsers send speech in one channel unless both sides ask for two. */
export const withStereo = (sdp: string): string => withFormat(sdp, /^opus$/i, (parameters) =>
  put(put(put(parameters, 'stereo', '1'), 'sprop-stereo', '1'), 'maxaveragebitrate', '128000'))

/** Chromium starts every picture at 300 kbit/s and feels its way up: viewers would see a blur for
 *  ten seconds. Other browsers leave the parameter alone. */
export const withStartRate = (sdp: string, kbps: number): string =>
  withFormat(sdp, /^h264$/i, (parameters) =>
    put(parameters, 'x-google-start-bitrate', String(kbps)))
