import { parseVideoConfig, type VideoConfig } from '../model/codecs.ts'

/** A black picture of 320x180 (x264, baseline), so that sound without its picture has the same
 *  tracks as the rest and players switch to it and back within one buffer: hls.js leaves variants
 *  without a picture out, and a browser's buffer takes no init with fewer tracks than before. */
const SPS = Buffer.from('6742c00cdc1419f9f011000003000100000300320f142b80', 'hex')
const PPS = Buffer.from('68ce0f2c80', 'hex')

/** Two, because keyframes that follow each other carry different ids (H.264, 7.4.3). */
const PICTURES = [
  'ZYiEBLyYoAA4oycnJycnJycnJycnJycnJycnJydddddddddddddddddddddddddddddddddddddddddddddddddd'
  + 'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd'
  + 'ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddeA',
  'ZYiCAS8mKAAOKMnJycnJycnJycnJycnJycnJycnXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX'
  + 'XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX'
  + 'XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXg',
].map((text) => {
  const nal = Buffer.from(text, 'base64')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(nal.length)
  return Buffer.concat([length, nal])
})

const record = Buffer.concat([
  Buffer.from([1, SPS[1]!, SPS[2]!, SPS[3]!, 0xff, 0xe1, 0, SPS.length]), SPS,
  Buffer.from([1, 0, PPS.length]), PPS,
])

export const STILL: VideoConfig = parseVideoConfig(record)!

/** The picture to follow `count` others. */
export const stillPicture = (count: number): Buffer => PICTURES[count % PICTURES.length]!
