import { writeFragment } from '#formats/fragment'

/** A part of 0.2 s with one sample. */
export const part = (time: number, isKey: boolean, fill = 9): Buffer => writeFragment(time, [{
  trackId: 1,
  samples: [{ time, duration: 18_000, composition: 0, isKey, data: Buffer.alloc(64, fill) }],
}])
