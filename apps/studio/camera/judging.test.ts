import { describe, expect, test } from 'vitest'
import { corners, defaultChoices, readChoices } from './choices.ts'
import { contain, cornerBox, coverFrom, fitsAsIs, screenBox, sizeOf } from './layout.ts'
import { barOf, judge, measure } from './level.ts'
import { judgeLight } from './light.ts'
import { pickH264, withStartRate, withStereo } from './sdp.ts'
import { readFigures, type Figures } from './stats.ts'
import { bitrateFor, testUpload } from './upload-test.ts'
import { findWarnings, type Watched } from './warnings.ts'

describe('what the microphone gives', () => {
  const tone = (gain: number) =>
    measure(Float32Array.from({ length: 2048 }, (_, at) => gain * Math.sin(at / 7)))
  test('speech, a whisper, a shout and nothing are told apart', () => {
    expect(judge([tone(0.2)])).toBe('good')
    expect(judge([tone(0.003)])).toBe('quiet')
    expect(judge([tone(1), tone(1), tone(1)])).toBe('loud')
    expect(judge([tone(0)])).toBe('silent')
    expect(judge([])).toBe('silent')
  })
  test('a pause between two sentences is no silence, and one clap is not too loud', () => {
    expect(judge([tone(0.2), tone(0), tone(0)])).toBe('good')
    expect(judge([tone(1), ...Array.from({ length: 29 }, () => tone(0.2))])).toBe('good')
  })
  test('the bar goes from nothing to full', () => {
    expect(barOf(tone(0))).toBe(0)
    expect(barOf(tone(1))).toBeGreaterThan(0.9)
  })
})

test('light: a dark room, a day, a lamp in the lens', () => {
  const grey = (value: number) =>
    Array.from({ length: 64 }, () => [value, value, value, 255]).flat()
  expect([10, 120, 250].map((value) => judgeLight(grey(value))))
    .toEqual(['dark', 'good', 'glaring'])
})

describe('how camera and screen are put together', () => {
  test('a wide screen keeps its shape in an upright picture', () => {
    const box = contain({ width: 1920, height: 1080 }, { x: 0, y: 0, ...sizeOf('upright') })
    expect(box).toEqual({ x: 0, y: 438, width: 720, height: 405 })
  })
  test('a wide camera is cut in the middle for an upright picture', () => {
    const cut = coverFrom({ width: 1280, height: 720 }, sizeOf('upright'))
    expect([cut.width, cut.height, cut.x, cut.y]).toEqual([405, 720, 437.5, 0])
  })
  test('the small camera stays inside, in every corner and shape', () => {
    for (const shape of ['upright', 'wide'] as const) {
      for (const corner of corners) {
        for (const camera of [sizeOf('upright'), sizeOf('wide'), { width: 4, height: 3 }]) {
          const out = sizeOf(shape)
          const box = cornerBox(camera, out, corner)
          expect(box.x).toBeGreaterThanOrEqual(0)
          expect(box.y).toBeGreaterThanOrEqual(0)
          expect(box.x + box.width).toBeLessThanOrEqual(out.width)
          expect(box.y + box.height).toBeLessThanOrEqual(out.height)
        }
      }
    }
  })
  test('an upright picture has room for both, a wide one lays the camera over the screen', () => {
    const screen = { width: 1920, height: 1080 }
    for (const corner of corners) {
      const camera = cornerBox(sizeOf('upright'), sizeOf('upright'), corner)
      const box = screenBox(screen, sizeOf('upright'), sizeOf('upright'), corner)
      expect([box.width, box.height]).toEqual([720, 405])
      expect(box.y >= camera.y + camera.height || box.y + box.height <= camera.y).toBe(true)
    }
    expect(screenBox(screen, sizeOf('wide'), sizeOf('wide'), 'top-left').height).toBe(720)
  })
  test('a camera of the right shape is sent as it is', () => {
    expect(fitsAsIs({ width: 1080, height: 1920 }, sizeOf('upright'))).toBe(true)
    expect(fitsAsIs({ width: 1280, height: 720 }, sizeOf('upright'))).toBe(false)
    expect(fitsAsIs({ width: 0, height: 0 }, sizeOf('upright'))).toBe(false)
  })
})

describe('the offer', () => {
  const codec = (mimeType: string, sdpFmtpLine = '') => ({ mimeType, sdpFmtpLine })
  test('H.264 in packets only, baseline first, and nothing else but resending', () => {
    const main = codec('video/H264', 'packetization-mode=1;profile-level-id=4d001f')
    const baseline = codec('video/H264', 'packetization-mode=1;profile-level-id=42e01f')
    const single = codec('video/H264', 'packetization-mode=0;profile-level-id=42e01f')
    const resend = codec('video/rtx')
    expect(pickH264([codec('video/VP8'), resend, main, single, baseline]))
      .toEqual([baseline, main, resend])
    expect(pickH264([codec('video/VP8'), resend])).toEqual([])
  })
  test('two channels of Opus and a good start are asked for, other lines stay', () => {
    const sdp = ['m=audio 9 X 111', 'a=rtpmap:111 opus/48000/2', 'a=fmtp:111 minptime=10;stereo=0',
      'a=rtpmap:102 H264/90000', 'a=fmtp:102 packetization-mode=1', 'a=fmtp:99 apt=102', '',
    ].join('\r\n')
    const lines = withStartRate(withStereo(sdp), 1500).split('\r\n')
    expect(lines[2]).toBe('a=fmtp:111 minptime=10;stereo=1;sprop-stereo=1;maxaveragebitrate=128000')
    expect(lines[4]).toBe('a=fmtp:102 packetization-mode=1;x-google-start-bitrate=1500')
    expect(lines[5]).toBe('a=fmtp:99 apt=102')
    expect(lines).toHaveLength(7)
  })
})

describe('figures and warnings', () => {
  const sent = (timestamp: number, bytesSent: number) => ({
    type: 'outbound-rtp', kind: 'video', timestamp, bytesSent, framesPerSecond: 29.97,
    frameWidth: 720, frameHeight: 1280, qualityLimitationReason: 'none',
  })
  test('kilobits come from two looks, and a new session starts from zero', () => {
    const first = readFigures([sent(1000, 10_000)], null)
    expect(first.figures).toBeNull()
    const heard = { type: 'remote-inbound-rtp', kind: 'video', timestamp: 2000, fractionLost: 0.02,
      roundTripTime: 0.04 }
    expect(readFigures([sent(2000, 260_000), heard], first.counted).figures).toMatchObject(
      { kbps: 2000, fps: 30, rttMs: 40, loss: 0.02, limitedBy: 'none' })
    expect(readFigures([sent(3000, 5000)], first.counted).figures).toBeNull()
    expect(readFigures([], null)).toEqual({ figures: null, counted: null })
  })

  const fine: Figures =
    { kbps: 2400, fps: 30, width: 720, height: 1280, rttMs: 40, loss: 0, limitedBy: 'none' }
  const seconds = (change: Partial<Figures>, count = 5): Figures[] =>
    Array.from({ length: count }, () => ({ ...fine, ...change }))
  const calm: Watched = {
    isSending: true, hasCamera: true, hasMic: true, isMuted: false, hearing: 'good', light: 'good',
    isHidden: false, isComposed: false, lostScreen: false, figures: seconds({}), wantedKbps: 2500,
  }
  const kinds = (change: Partial<Watched>) => findWarnings({ ...calm, ...change })
    .map(({ kind }) => kind)
  test('nothing is said when all is well', () => expect(kinds({})).toEqual([]))
  test.each<[string, Partial<Watched>]>([
    ['upload', { figures: seconds({ kbps: 700, limitedBy: 'bandwidth' }, 10) }],
    ['cpu', { figures: seconds({ limitedBy: 'cpu' }) }],
    ['loss', { figures: seconds({ loss: 0.12 }) }],
    ['slow', { figures: seconds({ rttMs: 900 }) }],
    ['fps', { figures: seconds({ fps: 12 }) }],
    ['frozen', { figures: seconds({ fps: 0 }) }],
    ['camera_gone', { hasCamera: false }], ['mic_gone', { hasMic: false }],
    ['screen_gone', { lostScreen: true }], ['muted', { isMuted: true }],
    ['silent', { hearing: 'silent' }], ['quiet', { hearing: 'quiet' }],
    ['loud', { hearing: 'loud' }], ['dark', { light: 'dark' }], ['glaring', { light: 'glaring' }],
    ['hidden', { isHidden: true, isComposed: true }],
  ])('%s is said, alone', (kind, change) => expect(kinds(change)).toEqual([kind]))
  test('one bad second is not worth a word', () => {
    expect(kinds({ figures: [...seconds({}), ...seconds({ loss: 0.5, fps: 0 }, 3)] })).toEqual([])
  })
  test('what viewers miss comes first', () => {
    expect(kinds({ light: 'dark', hasMic: false })).toEqual(['mic_gone', 'dark'])
  })
})

describe('the upload', () => {
  test('is measured with a load that fits the line', async () => {
    let nowMs = 0
    const sizes: number[] = []
    const kbps = await testUpload(async (bytes) => {
      sizes.push(bytes.length)
      nowMs += bytes.length * 8 / 6000
      return true
    }, () => nowMs)
    expect(kbps).toBe(6000)
    expect(sizes).toEqual([262_144, 1_125_000])
    expect(await testUpload(async () => false, () => 0)).toBeNull()
  })
  test('leaves something to spare', () => {
    expect([10_000, 5000, 2600, 900].map(bitrateFor)).toEqual([4000, 2500, 1500, null])
  })
})

test('choices of an older page, of nobody and of a joker all become choices that work', () => {
  expect(readChoices(null)).toEqual(defaultChoices)
  for (const text of ['{', '[]', '7', 'null', '{"kbps":1e9,"corner":"up","cameraId":5}']) {
    expect(readChoices(text)).toEqual(defaultChoices)
  }
  const own = { ...defaultChoices, micId: 'm', kbps: 4000, shape: 'wide', isMusic: true } as const
  expect(readChoices(JSON.stringify(own))).toEqual(own)
})
