import { describe, expect, it } from 'vitest'
import { makeWhepPolicy } from './whep-policy.ts'
import { polishOffer } from './whep.ts'

const middle = 0.5

describe('another try by WebRTC', () => {
  it('comes soon while nobody publishes, later where there is no room, never without H.264', () => {
    const policy = makeWhepPolicy()
    expect(policy.onEnd('refused', 'stage.media.no_signal', middle)).toBe(3_000)
    expect(policy.onEnd('refused', 'http.unavailable', middle)).toBe(3_000)
    expect(policy.onEnd('refused', 'stage.media.full', middle)).toBe(30_000)
    expect(policy.onEnd('refused', 'stage.media.whep_unfit', middle)).toBe(120_000)
    expect(policy.onEnd('refused', 'stage.media.codec_not_supported', middle)).toBeNull()
  })

  it('waits more than a minute after making room for somebody else', () => {
    const policy = makeWhepPolicy()
    for (const chance of [0, 0.5, 1]) {
      expect(policy.onEnd('moved', undefined, chance)).toBeGreaterThan(60_000)
    }
  })

  it('is given up on a network that lets no UDP through', () => {
    const policy = makeWhepPolicy()
    expect(policy.onEnd('no_picture', undefined, middle)).toBe(30_000)
    expect(policy.onEnd('no_picture', undefined, middle)).toBe(30_000)
    expect(policy.onEnd('no_picture', undefined, middle)).toBeNull()
  })

  it('is not given up where it has worked', () => {
    const policy = makeWhepPolicy()
    for (let n = 0; n < 10; n++) {
      expect(policy.onEnd('no_picture', undefined, middle)).toBe(30_000)
      policy.onPicture()
    }
  })

  it('comes ever later where packets are lost, and at once after a restart', () => {
    const policy = makeWhepPolicy()
    const waits = [1, 2, 3, 4, 5, 6].map(() => policy.onEnd('lossy', undefined, middle)!)
    expect(waits).toEqual([60_000, 120_000, 240_000, 480_000, 600_000, 600_000])
    expect(policy.onEnd('lost', undefined, middle)).toBe(3_000)
  })

  it('is spread out, so that a restart is not met by all at once', () => {
    const policy = makeWhepPolicy()
    expect([0, 1].map((chance) => policy.onEnd('lost', undefined, chance))).toEqual([2_250, 3_750])
  })
})

describe('the offer', () => {
  it('asks for lost sound again, and for both channels', () => {
    const polished = polishOffer('a=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\n'
      + 'a=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:96 VP8/90000\r\n')
    expect(polished).toBe('a=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 nack\r\n'
      + 'a=rtcp-fb:111 transport-cc\r\na=fmtp:111 minptime=10;useinbandfec=1;stereo=1\r\n'
      + 'a=rtpmap:96 VP8/90000\r\n')
  })
})
