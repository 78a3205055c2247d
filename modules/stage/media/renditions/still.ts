import { parseVideoConfig, type VideoConfig } from '#formats/codecs'

/** A black picture (x264, baseline), so that sound without its picture has the same tracks as the
 *  rest and players switch to it and back within one buffer: hls.js leaves variants without a
 *  picture out, and a browser's buffer takes no init with fewer tracks than before. */
export interface Still {
  readonly config: VideoConfig
  /** The picture to follow `count` others. */
  picture(count: number): Buffer
}

function makeStill(spsHex: string, ppsHex: string, pictures: readonly string[]): Still {
  const [sps, pps] = [Buffer.from(spsHex, 'hex'), Buffer.from(ppsHex, 'hex')]
  const record = Buffer.concat([
    Buffer.from([1, sps[1]!, sps[2]!, sps[3]!, 0xff, 0xe1, 0, sps.length]), sps,
    Buffer.from([1, 0, pps.length]), pps,
  ])
  const units = pictures.map((text) => {
    const nal = Buffer.from(text, 'base64')
    const length = Buffer.alloc(4)
    length.writeUInt32BE(nal.length)
    return Buffer.concat([length, nal])
  })
  return {
    config: parseVideoConfig(record)!,
    // Two, because keyframes that follow each other carry different ids (H.264, 7.4.3).
    picture: (count) => units[count % units.length]!,
  }
}

/** 160x90. */
const WIDE = makeStill(
  '6742c00bdc28df93011000000300100000030320f142b8',
  '68ce0f2c80', [
    'ZYiEBLyYoAA4oycnJycnJycnJ111111111111111111111111111111111111111111111111114',
    'ZYiCAT8mKAAO78nJycnJycnJydddddddddddddddddddddddddddddddddddddddddddddddddde',
  ],
)

/** 90x160. */
const TALL = makeStill(
  '6742c00bdc615e4f011000000300100000030320f142b8',
  '68ce0f2c80', [
    'ZYiEBLyYoAA4oycnJycnXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXg=',
    'ZYiCAT8mKAAO78nJycnJ1111111111111111111111111111111111111111111111111111114=',
  ],
)

/** The one that lies as the picture it stands for, so that a page keeps its shape. */
export const stillFor = (video: { width: number; height: number }): Still =>
  video.height > video.width ? TALL : WIDE
