import { describe, expect, it } from 'vitest'
import { leastPicture, mostWanted, soundUrl } from './saving.ts'

const picture = { url: '/a.m3u8', audioCodec: 'mp4a.40.2', videoCodec: 'avc1.42c01f', width: 720 }

describe('the sound alone', () => {
  it('is the rendition that has no picture', () => {
    const sound = { url: '/sound.m3u8', audioCodec: 'mp4a.40.2' }
    expect(soundUrl([picture, sound], [])).toBe('/sound.m3u8')
  })

  it('may carry a still, and is known by its name', () => {
    const still = { ...picture, name: 'audio', url: '/audio.m3u8', width: 320 }
    expect(soundUrl([still, picture], [])).toBe('/audio.m3u8')
    expect(leastPicture([still, picture])).toBe(1)
    expect([mostWanted([still, picture, picture], 'none'), mostWanted([still, picture], 'low')])
      .toEqual([2, 1])
    expect(leastPicture([picture, picture])).toBe(0)
    expect(leastPicture([still])).toBe(0)
  })

  it('is the audio group where the sound is kept apart', () => {
    expect(soundUrl([picture], [{}, { url: '/group.m3u8' }])).toBe('/group.m3u8')
  })

  it('is nothing where one playlist says nothing of its codecs', () => {
    expect(soundUrl([{ url: '/live.m3u8' }], [])).toBeUndefined()
    expect(soundUrl([picture], [])).toBeUndefined()
  })
})
