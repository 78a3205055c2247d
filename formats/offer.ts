export { addCandidates } from './candidates.ts'

/** One codec of an offer, in the order the client likes them. */
export interface OfferCodec {
  readonly payloadType: number
  /** In lower case. */
  readonly name: string
  readonly clockRate: number
  readonly channels: number
  /** As it was sent. */
  readonly fmtp: string | null
}

export interface OfferMedia {
  readonly mid: string
  readonly kind: 'video' | 'audio' | 'application'
  readonly direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'
  /** 0 means that the client does not want it; one that only lives in a bundle has 9. */
  readonly port: number
  readonly codecs: OfferCodec[]
  readonly ssrcs: number[]
  /** Header extensions (RFC 8285) with one-byte numbers. */
  readonly extensions: { readonly id: number; readonly uri: string }[]
}

export interface Offer {
  readonly medias: OfferMedia[]
  readonly hasFingerprint: boolean
}

export const OFFER_LIMITS = {
  bytesMax: 65_536,
  mediasMax: 16,
  codecsMax: 128,
  ssrcsMax: 64,
  fmtpMax: 1_024,
  extensionsMax: 32,
} as const

const MEDIA_LINE = /^m=(video|audio|application) (\d{1,5})(?:\/\d{1,5})? (\S{1,64}) (.+)$/
const RTPMAP = /^a=rtpmap:(\d{1,3}) ([\w!#$%&'*+.^`{|}~-]{1,64})\/(\d{1,9})(?:\/(\d{1,3}))?$/
const FMTP = /^a=fmtp:(\d{1,3}) (.+)$/
const MID = /^a=mid:([\w!#$%&'*+.^`{|}~-]{1,64})$/
const SSRC = /^a=ssrc:(\d{1,10})(?: |$)/
const EXTMAP = /^a=extmap:(\d{1,2})(?:\/\w{1,10})? ([\w:/.+-]{1,200})(?: |$)/
const DIRECTION = /^a=(sendrecv|sendonly|recvonly|inactive)$/
const FINGERPRINT = /^a=fingerprint:[\w-]+ (?:[0-9A-Fa-f]{2}:)+[0-9A-Fa-f]{2}$/

/** The lines of one description, of the session or of one media. A carriage return alone ends a
 *  line as well: what is kept of a line goes into our answer and must not hold another one. */
const linesOf = (sdp: string): string[] => sdp.split(/\r\n|\r|\n/).map((line) => line.trimEnd())

/** What the first line that fits says. */
const find = (lines: readonly string[], pattern: RegExp): RegExpExecArray | undefined => {
  for (const line of lines) {
    const found = pattern.exec(line)
    if (found) return found
  }
  return undefined
}

/** By payload type; the first line of each counts. */
function collect<T>(
  lines: readonly string[], pattern: RegExp, read: (found: RegExpExecArray) => T,
): Map<number, T> {
  const all = new Map<number, T>()
  for (const line of lines) {
    const found = pattern.exec(line)
    if (found && !all.has(Number(found[1]))) all.set(Number(found[1]), read(found))
  }
  return all
}

function readCodecs(lines: readonly string[], formats: string): OfferCodec[] {
  const maps = collect(lines, RTPMAP, ([, , name, rate, channels]) => ({
    name: name!.toLowerCase(), clockRate: Number(rate), channels: Number(channels ?? 1),
  }))
  const parameters = collect(lines, FMTP, ([, , text]) => text!)
  const payloadTypes = new Set(formats.split(' ').filter((text) => /^\d{1,3}$/.test(text))
    .map(Number).filter((payloadType) => payloadType <= 127))
  return [...payloadTypes].slice(0, OFFER_LIMITS.codecsMax).flatMap((payloadType) => {
    const map = maps.get(payloadType)
    const fmtp = parameters.get(payloadType) ?? null
    if (!map || (fmtp !== null && fmtp.length > OFFER_LIMITS.fmtpMax)) return []
    return [{ payloadType, ...map, fmtp }]
  })
}

function readSsrcs(lines: readonly string[]): number[] {
  const all = lines.map((line) => Number(SSRC.exec(line)?.[1] ?? NaN))
  const known = new Set(all.filter((ssrc) => ssrc < 2 ** 32))
  return [...known].slice(0, OFFER_LIMITS.ssrcsMax)
}

function readExtensions(lines: readonly string[]): OfferMedia['extensions'] {
  return [...collect(lines, EXTMAP, ([, , uri]) => uri!)]
    .filter(([id]) => id >= 1 && id <= 14)
    .slice(0, OFFER_LIMITS.extensionsMax).map(([id, uri]) => ({ id, uri }))
}

function readMedia(
  lines: readonly string[], session: readonly string[], index: number,
): OfferMedia | undefined {
  const [, kind, portText, , formats] = MEDIA_LINE.exec(lines[0]!) ?? []
  const port = Number(portText)
  if (!kind || port > 65_535) return undefined
  const direction = find(lines, DIRECTION) ?? find(session, DIRECTION)
  const isBundled = port === 0 && lines.includes('a=bundle-only')
  return {
    mid: find(lines, MID)?.[1] ?? String(index),
    kind: kind as OfferMedia['kind'],
    direction: (direction?.[1] ?? 'sendrecv') as OfferMedia['direction'],
    port: isBundled ? 9 : port,
    codecs: kind === 'application' ? [] : readCodecs(lines, formats!),
    ssrcs: readSsrcs(lines),
    extensions: readExtensions(lines),
  }
}

/** Reads an offer (RFC 8866, RFC 8829) as WHIP and WHEP clients send it; undefined when it is none,
 *  or more than `OFFER_LIMITS`. */
export function parseOffer(sdp: string): Offer | undefined {
  if (Buffer.byteLength(sdp) > OFFER_LIMITS.bytesMax) return undefined
  const lines = linesOf(sdp)
  if (lines[0] !== 'v=0') return undefined
  const starts = lines.flatMap((line, at) => line.startsWith('m=') ? [at] : [])
  if (starts.length === 0 || starts.length > OFFER_LIMITS.mediasMax) return undefined
  const session = lines.slice(0, starts[0])
  const medias = starts.map((start, n) =>
    readMedia(lines.slice(start, starts[n + 1] ?? lines.length), session, n))
  const known = medias.filter((media) => media !== undefined)
  const mids = new Set(known.map(({ mid }) => mid))
  // An answer names every media by its id, so each needs one of its own.
  if (known.length < medias.length || mids.size < known.length) return undefined
  return { medias: known, hasFingerprint: find(lines, FINGERPRINT) !== undefined }
}

/** One parameter of a format line (`a=1;b=2`), its name in any case. */
function parameterOf(fmtp: string | null, name: string): string | undefined {
  for (const part of fmtp?.split(';') ?? []) {
    const at = part.indexOf('=')
    if (at > 0 && part.slice(0, at).trim().toLowerCase() === name) return part.slice(at + 1).trim()
  }
  return undefined
}

/** How well everybody decodes a profile, best first; undefined when not everybody does. */
function rankProfile(id: string): number | undefined {
  if (!/^[0-9a-f]{6}$/.test(id)) return undefined
  if (id === '42e01f') return 0
  const [profile, constraints] = [id.slice(0, 2), parseInt(id.slice(2, 4), 16)]
  // Baseline that also keeps to Main, or the other way round, is what both have in common.
  if (profile === '42') return (constraints & 0x40) !== 0 ? 1 : 2
  if (profile === '4d') return (constraints & 0x80) !== 0 ? 1 : 3
  return profile === '64' ? 4 : undefined
}

/** The best H.264 that comes in fragments (packetization-mode=1): constrained baseline 42e01f
 *  first, then baseline, main, high; 8 bits and 4:2:0 only. */
export function chooseH264(
  media: OfferMedia,
): { payloadType: number; fmtp: string | null } | undefined {
  const ranked = media.codecs.flatMap(({ name, clockRate, payloadType, fmtp }) => {
    if (name !== 'h264' || clockRate !== 90_000) return []
    if (parameterOf(fmtp, 'packetization-mode') !== '1') return []
    // Nothing said means baseline (RFC 6184, 8.1).
    const id = parameterOf(fmtp, 'profile-level-id')?.toLowerCase() ?? '42000a'
    const rank = rankProfile(id)
    return rank === undefined ? [] : [{ payloadType, fmtp, rank }]
  })
  const best = ranked.toSorted((a, b) => a.rank - b.rank)[0]
  return best && { payloadType: best.payloadType, fmtp: best.fmtp }
}

/** Opus is always offered as 48 kHz and two channels (RFC 7587, 7). */
export function chooseOpus(
  media: OfferMedia,
): { payloadType: number; fmtp: string | null } | undefined {
  const found = media.codecs.find(({ name, clockRate, channels }) =>
    name === 'opus' && clockRate === 48_000 && channels === 2)
  return found && { payloadType: found.payloadType, fmtp: found.fmtp }
}
