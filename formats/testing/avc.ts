/** A real parameter set: 320x180, baseline, from x264. */
export const SPS = Buffer.from('6742c00cda05067e7c0440000003004000000c83c50aa8', 'hex')
/** 1920x1080, high profile, cropped from 1088 lines. */
export const SPS_1080 = Buffer.from('67640028acd940780227e5c044000003000400000300c83c60c658', 'hex')
const PPS = Buffer.from('68ce0fc8', 'hex')

export function avcRecord(sps: Buffer = SPS): Buffer {
  const lengths = Buffer.alloc(2)
  lengths.writeUInt16BE(sps.length)
  return Buffer.concat([
    Buffer.from([1, sps[1]!, sps[2]!, sps[3]!, 0xff, 0xe1]), lengths, sps,
    Buffer.from([1, 0, PPS.length]), PPS,
  ])
}

/** AAC LC, 48 kHz, stereo. */
export const AAC_RECORD = Buffer.from([0x11, 0x90])
