import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ANSWER, CHROMIUM_SENDS, CHROMIUM_WATCHES, FIREFOX_SENDS, GSTREAMER_SENDS, OBS_SENDS,
  SAFARI_WATCHES,
} from './testing/offers.ts'
import {
  addCandidates, chooseH264, chooseOpus, OFFER_LIMITS, parseOffer, type OfferMedia,
} from './offer.ts'

const OFFERS = [
  CHROMIUM_SENDS, CHROMIUM_WATCHES, FIREFOX_SENDS, GSTREAMER_SENDS, OBS_SENDS, SAFARI_WATCHES,
]

const mediaOf = (sdp: string, kind: OfferMedia['kind']): OfferMedia =>
  parseOffer(sdp)!.medias.find((media) => media.kind === kind)!

/** A video media with one H.264 for each format line, from payload type 96 on. */
const videoWith = (...formats: string[]): OfferMedia => mediaOf([
  'v=0', `m=video 9 UDP/TLS/RTP/SAVPF ${formats.map((_, n) => 96 + n).join(' ')}`, 'a=mid:v',
  ...formats.flatMap((fmtp, n) =>
    [`a=rtpmap:${96 + n} H264/90000`, ...(fmtp === '' ? [] : [`a=fmtp:${96 + n} ${fmtp}`])]),
].join('\r\n'), 'video')

const choice = (...profiles: string[]) =>
  chooseH264(videoWith(...profiles.map((id) => `packetization-mode=1;profile-level-id=${id}`)))
    ?.payloadType

describe('offers of real clients', () => {
  test.each([
    ['Chromium', CHROMIUM_SENDS, ['0', '1'], 'sendonly', 108, 111],
    ['Chromium watching', CHROMIUM_WATCHES, ['0', '1'], 'recvonly', 108, 111],
    ['Firefox', FIREFOX_SENDS, ['0', '1'], 'sendonly', 126, 109],
    ['Safari watching', SAFARI_WATCHES, ['0', '1'], 'recvonly', 98, 111],
    ['OBS', OBS_SENDS, ['0', '1'], 'sendonly', 96, 111],
    ['GStreamer', GSTREAMER_SENDS, ['video0', 'audio1'], 'sendonly', 96, 97],
  ])('%s: media, direction and the best codecs', (_name, sdp, mids, direction, video, audio) => {
    for (const variant of [sdp, sdp.replaceAll('\r\n', '\n')]) {
      const offer = parseOffer(variant)
      expect(offer?.hasFingerprint).toBe(true)
      expect(offer?.medias.map(({ mid }) => mid)).toEqual(mids)
      expect(offer?.medias.every((media) => media.direction === direction)).toBe(true)
      expect(chooseH264(mediaOf(variant, 'video'))?.payloadType).toBe(video)
      expect(chooseOpus(mediaOf(variant, 'audio'))?.payloadType).toBe(audio)
    }
  })

  test('codecs come in the order the client likes, with their parameters as they were', () => {
    const { codecs, ssrcs } = mediaOf(CHROMIUM_SENDS, 'video')
    expect(codecs.slice(0, 3)).toEqual([
      { payloadType: 96, name: 'vp8', clockRate: 90_000, channels: 1, fmtp: null },
      { payloadType: 97, name: 'rtx', clockRate: 90_000, channels: 1, fmtp: 'apt=96' },
      { payloadType: 102, name: 'h264', clockRate: 90_000, channels: 1,
        fmtp: 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f' },
    ])
    expect(ssrcs).toEqual([2_999_569_827, 3_191_892_305])
    expect(chooseOpus(mediaOf(FIREFOX_SENDS, 'audio')))
      .toEqual({ payloadType: 109, fmtp: 'maxplaybackrate=48000;stereo=1;useinbandfec=1' })
  })

  test('a media that only lives in a bundle is wanted, one with port 0 is not', () => {
    expect(mediaOf(FIREFOX_SENDS, 'audio').port).toBe(9)
    expect(mediaOf(FIREFOX_SENDS.replace('a=bundle-only\r\n', ''), 'audio').port).toBe(0)
    expect(mediaOf(OBS_SENDS, 'video').port).toBe(58_426)
  })

  test('the direction may be said once for all; unsaid it is both ways', () => {
    const of = (session: string) =>
      mediaOf(`v=0\r\n${session}m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n`, 'audio').direction
    expect([of(''), of('a=recvonly\r\n')]).toEqual(['sendrecv', 'recvonly'])
  })

  test('a data channel is a media without codecs; no fingerprint is named', () => {
    const offer = parseOffer('v=0\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\na=mid:data\n')
    expect(offer).toEqual({ hasFingerprint: false, medias: [{
      extensions: [], mid: 'data', kind: 'application', direction: 'sendrecv', port: 9,
      codecs: [], ssrcs: [],
    }] })
  })
})

describe('the choice of H.264', () => {
  test('constrained baseline 42e01f, then baseline, main and high', () => {
    const best = ['42e01f', '42e034', '42001f', '4d001f', '640c1f']
    fc.assert(fc.property(fc.shuffledSubarray(best, { minLength: 1 }), (profiles) => {
      const wanted = best.find((id) => profiles.includes(id))!
      expect(choice(...profiles)).toBe(96 + profiles.indexOf(wanted))
    }))
    expect(choice('4d001f', '4d801f')).toBe(97)
    expect(choice('640032', '64001f')).toBe(96)
  })

  test('other depths and colours, and what is no profile, are not taken', () => {
    for (const id of ['6e001f', '7a001f', 'f4001f', '2c001f', '58a01f', 'zz001f', '42e0', '']) {
      expect(choice(id)).toBeUndefined()
    }
  })

  test('only in fragments, however it is written', () => {
    const modes = ['', 'packetization-mode=0;profile-level-id=42e01f', 'profile-level-id=42e01f',
      'packetization-mode=2;profile-level-id=42e01f']
    expect(chooseH264(videoWith(...modes))).toBeUndefined()
    const fmtp = 'Profile-Level-Id=42E01F; Packetization-Mode = 1'
    expect(chooseH264(videoWith(...modes, fmtp))).toEqual({ payloadType: 100, fmtp })
    expect(chooseH264(videoWith('packetization-mode=1'))?.payloadType).toBe(96)
    expect(chooseH264(mediaOf(CHROMIUM_SENDS, 'audio'))).toBeUndefined()
    expect(chooseOpus(mediaOf(CHROMIUM_SENDS, 'video'))).toBeUndefined()
  })
})

describe('hostile offers', () => {
  const media = (n: number) => `m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:${n}\r\n`
  const many = (count: number) =>
    `v=0\r\n${Array.from({ length: count }, (_, n) => media(n)).join('')}`

  test('more than the limits is no offer', () => {
    expect(parseOffer(many(OFFER_LIMITS.mediasMax))?.medias).toHaveLength(16)
    expect(parseOffer(many(OFFER_LIMITS.mediasMax + 1))).toBeUndefined()
    expect(parseOffer(OBS_SENDS + 'a=x:é\r\n'.repeat(8_200))).toBeUndefined()
    expect(parseOffer(OBS_SENDS + 'a=x:e\r\n'.repeat(8_200))).toBeDefined()
  })

  test('no session, no media, an unknown media, a port beyond all and twins are no offer', () => {
    for (const sdp of ['', 'v=1', 'v=0', media(0), 'v=0\nm=text 9 RTP/SAVPF 98\n',
      'v=0\nm=audio 65536 RTP/SAVPF 0\n', 'v=0\nm=audio 9 RTP/SAVPF\n',
      `v=0\n${media(1)}${media(1)}`]) {
      expect(parseOffer(sdp)).toBeUndefined()
    }
  })

  test('codecs without a name, beyond 127 or named twice are left out; the rest is bounded', () => {
    const sources = Array.from({ length: 500 }, (_, n) => `a=ssrc:${n} x\na=ssrc:99999999999 x\n`)
    const sdp = 'v=0\nm=audio 9 RTP/SAVPF 96 96 97 200 x 98 99\na=rtpmap:96 opus/48000/2\n'
      + 'a=rtpmap:96 evil/1\na=rtpmap:200 opus/48000/2\na=rtpmap:98 a b/1\na=rtpmap:99 x/8000\n'
      + `a=fmtp:99 ${'y'.repeat(2_000)}\n${sources.join('')}`
    const { codecs, ssrcs } = mediaOf(sdp, 'audio')
    expect(codecs.map(({ name }) => name)).toEqual(['opus'])
    expect(ssrcs).toHaveLength(OFFER_LIMITS.ssrcsMax)
  })

  test('nothing that goes into an answer holds another line', () => {
    const sdp = OBS_SENDS.replace('a=mid:0', 'a=mid:0\ra=evil').replace('minptime', '\rminptime')
    for (const { mid, codecs } of parseOffer(sdp)!.medias) {
      const values = [mid, ...codecs.map(({ fmtp }) => fmtp ?? '')]
      for (const value of values) expect(value).not.toMatch(/[\r\n]/)
    }
  })

  test('takes any text: mixed, cut and damaged offers', () => {
    const lines = OFFERS.flatMap((sdp) => sdp.split('\r\n'))
    const mixed = fc.array(fc.oneof(fc.constantFrom(...lines), fc.string()), { maxLength: 60 })
      .map((some) => ['v=0', ...some].join('\r\n'))
    const broken = fc.tuple(fc.constantFrom(...OFFERS), fc.nat(), fc.nat(), fc.string())
      .map(([sdp, at, length, put]) => {
        const start = at % sdp.length
        return sdp.slice(0, start) + put + sdp.slice(start + (length % 80))
      })
    fc.assert(fc.property(fc.oneof(fc.string(), mixed, broken), fc.string(), (sdp, address) => {
      addCandidates(sdp, [address], 1)
      for (const one of parseOffer(sdp)?.medias ?? []) {
        expect(one.codecs.length).toBeLessThanOrEqual(OFFER_LIMITS.codecsMax)
        expect(one.codecs.every(({ payloadType }) => payloadType <= 127)).toBe(true)
        const chosen = chooseH264(one) ?? chooseOpus(one)
        if (chosen) expect(one.codecs).toContainEqual(expect.objectContaining(chosen))
      }
    }), { numRuns: 1_500 })
  })
})

describe('public addresses of an answer', () => {
  const candidatesOf = (sdp: string) =>
    sdp.split('\r\n').filter((line) => line.startsWith('a=candidate:'))

  test('come behind those that are there, each less wanted than the one before', () => {
    const answer = addCandidates(ANSWER, ['203.0.113.5', '2001:db8::5'], 8_443)
    const candidates = candidatesOf(answer)
    expect(candidates.slice(0, 2)).toEqual(candidatesOf(ANSWER))
    expect(candidates.slice(2)).toEqual([
      'a=candidate:public1 1 UDP 2122315511 203.0.113.5 8443 typ host',
      'a=candidate:public2 1 UDP 2122315255 2001:db8::5 8443 typ host',
    ])
    const lines = answer.split('\r\n')
    expect(lines[lines.indexOf(candidates[3]!) + 1]).toBe('a=end-of-candidates')
    expect(lines.filter((line) => !candidates.slice(2).includes(line)))
      .toEqual(ANSWER.split('\r\n'))
  })

  test('also where there are none, in the first media', () => {
    const bare = ANSWER.split('\r\n').filter((line) => !line.startsWith('a=candidate:'))
    const ends = [bare, bare.filter((line) => line !== 'a=end-of-candidates')]
    for (const lines of ends) {
      const answer = addCandidates(lines.join('\r\n'), ['203.0.113.5'], 8_443).split('\r\n')
      const at = answer.findIndex((line) => line.startsWith('a=candidate:'))
      expect(answer[at]).toBe('a=candidate:public1 1 UDP 2130706431 203.0.113.5 8443 typ host')
      expect(answer[at - 1]).toBe('a=ice-pwd:+7ZWiSsVZHhHbe81i+OBYl')
      expect(answer[at + 1]).toMatch(/^(a=end-of-candidates|m=video .*)$/)
    }
  })

  test('known ones, doubles and what is no address change nothing', () => {
    const none = ['10.0.0.5', '', 'a b', '1.2.3.4\r\na=evil', 'fe80::1%eth0', '-x']
    expect(addCandidates(ANSWER, none, 45_357)).toBe(ANSWER)
    expect(addCandidates(ANSWER, [], 1)).toBe(ANSWER)
    expect(addCandidates('v=0', ['203.0.113.5'], 1)).toBe('v=0')
    const twice = addCandidates(ANSWER, ['203.0.113.5', '203.0.113.5', 'live.example.org'], 9)
    expect(candidatesOf(twice)).toHaveLength(4)
  })
})
