/** One NAL unit behind its length; a slice starts with its picture's first macroblock. */
export function nalRun(sizeBytes = 40, type = 1): Buffer {
  const nal = Buffer.alloc(4 + sizeBytes, 0x11)
  nal.writeUInt32BE(sizeBytes)
  nal[4] = type
  if (sizeBytes > 1) nal[5] = 0x88
  return nal
}

export const videoTag = (options: {
  key?: boolean; config?: Buffer; ctoMs?: number; data?: Buffer
}): Buffer => {
  const head = Buffer.alloc(5)
  head[0] = ((options.key ?? options.config !== undefined) ? 0x10 : 0x20) | 7
  head[1] = options.config ? 0 : 1
  head.writeIntBE(options.ctoMs ?? 0, 2, 3)
  return Buffer.concat([head, options.config ?? options.data ?? nalRun()])
}

export const audioTag = (options: { config?: Buffer; data?: Buffer }): Buffer =>
  Buffer.concat([Buffer.from([0xaf, options.config ? 0 : 1]),
    options.config ?? options.data ?? Buffer.alloc(60, 0x21)])
