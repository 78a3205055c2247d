import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { avcRecord } from '#formats/testing/avc'
import { MEDIA_LIMITS } from '../contract.ts'
import { videoTag } from '#formats/testing/flv'
import { chunks, commandBody, handshake, introduction } from '../testing/bytes.ts'
import { makeRtmpParser } from './parser.ts'
import { makeKeyGuard } from './server.ts'

interface Media { kind: string; timestampMs: number; payload: Buffer }

function listen(isAdmitted = true) {
  const media: Media[] = []
  const published: string[] = []
  let output = 0
  const parser = makeRtmpParser({
    onOutput: (bytes) => void (output += bytes.length),
    onPublish: (name) => void published.push(name),
    onUnpublish: () => void published.push('gone'),
    onMedia: (kind, timestampMs, payload) => void media.push({ kind, timestampMs, payload }),
  })
  if (isAdmitted) parser.admit()
  return { parser, media, published, output: () => output }
}

const setChunkSize = (size: number): Buffer => {
  const body = Buffer.alloc(4)
  body.writeUInt32BE(size)
  return chunks({ type: 1, body, chunkStream: 2 })
}

describe('an encoder', () => {
  test('is understood however its bytes are split', () => {
    const bodies = [videoTag({ config: avcRecord() }), videoTag({ key: true }),
      videoTag({ data: Buffer.alloc(5_000, 7) })]
    const session = Buffer.concat([
      introduction('goodkey-1'), setChunkSize(4_096),
      ...bodies.map((body, n) => chunks({
        type: 9, body, timestampMs: 0xfffffe + n * 20, chunkStream: 6, chunkSize: 4_096,
      })),
    ])
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 4_000 })), (sizes) => {
      const { parser, media, published } = listen()
      let at = 0
      for (const size of [...sizes, session.length]) {
        parser.push(session.subarray(at, at + size))
        at += size
      }
      expect(published).toEqual(['goodkey-1'])
      expect(media.map(({ payload }) => payload.equals(bodies[0]!))).toEqual([true, false, false])
      expect(media.map(({ timestampMs }) => timestampMs))
        .toEqual([0xfffffe, 0xfffffe + 20, 0xfffffe + 40])
      expect(media[2]!.payload.equals(bodies[2]!)).toBe(true)
    }), { numRuns: 60 })
  })

  test('MED19 goes on when the 32-bit clock wraps in deltas', () => {
    const { parser, media } = listen()
    parser.push(handshake())
    parser.push(chunks({ type: 9, body: videoTag({ key: true }), timestampMs: 0xffffffff,
      chunkStream: 6 }))
    const body = videoTag({})
    const delta = Buffer.from([0x46, 0, 0, 40, 0, 0, body.length, 9])
    parser.push(Buffer.concat([delta, body, delta, body]))
    expect(media.map(({ timestampMs }) => timestampMs)).toEqual([0xffffffff, 39, 79])
  })
})

describe('a hostile peer', () => {
  const refused = (bytes: Buffer, isAdmitted = true) => {
    const { parser } = listen(isAdmitted)
    parser.push(handshake())
    return () => parser.push(bytes)
  }

  test('MED12 cannot send media before its key is accepted', () => {
    const media = chunks({ type: 9, body: videoTag({ config: avcRecord() }), chunkStream: 6 })
    expect(refused(media, false)).toThrow('before the key')
    expect(refused(media)).not.toThrow()
  })

  test('MED12 cannot make the parser loop, hold much memory or open many chunk streams', () => {
    // A second, shorter header inside a message sends the unguarded parser back for ever.
    const first = chunks({ type: 9, body: Buffer.alloc(100_000), chunkStream: 6 }).subarray(0, 140)
    const shorter = Buffer.from([0x46, 0, 0, 0, 0, 0, 10, 9])
    expect(refused(Buffer.concat([first, shorter]))).toThrow('inside a message')

    const huge = Buffer.from([6, 0, 0, 0, 0xff, 0xff, 0xff, 9, 1, 0, 0, 0, 0])
    expect(refused(huge)).toThrow('too large')
    const longCommand = chunks({ type: 20, body: Buffer.alloc(MEDIA_LIMITS.commandBytesMax + 1) })
    expect(refused(longCommand)).toThrow('too large')
    const streams = Array.from({ length: 40 }, (_, n) =>
      Buffer.from([3 + n, 0, 0, 0, 0, 0, 1, 9, 1, 0, 0, 0, 0]))
    expect(refused(Buffer.concat(streams))).toThrow('too many chunk streams')
    const large = Array.from({ length: 5 }, (_, n) => Buffer.from(
      [3 + n, 0, 0, 0, 0x2f, 0xff, 0xff, 9, 1, 0, 0, 0, ...Buffer.alloc(128)]))
    expect(refused(Buffer.concat(large))).toThrow('too much buffered')
  })

  test('MED12 cannot set a chunk size of nothing, nor play, nor talk without end', () => {
    expect(refused(setChunkSize(0))).toThrow('chunk size')
    expect(refused(setChunkSize(0xffffffff))).toThrow('chunk size')
    const play = commandBody({ cmd: 'play', transId: 4, cmdObj: null, streamName: 'x' })
    expect(refused(chunks({ type: 20, body: play }))).toThrow('not offered')
    const create = chunks({ type: 20, body: commandBody({
      cmd: 'createStream', transId: 2, cmdObj: null,
    }) })
    expect(refused(Buffer.concat(Array(100).fill(create)))).toThrow('too many commands')
  })

  test('MED12 any bytes: an error or nothing, never a hang, never much memory', () => {
    const good = Buffer.concat([
      introduction('goodkey-1'),
      chunks({ type: 9, body: videoTag({ config: avcRecord() }), chunkStream: 6 }),
      chunks({ type: 8, body: Buffer.alloc(300), chunkStream: 4 }),
    ]).subarray(handshake().length)
    const change = fc.tuple(fc.nat(good.length - 1), fc.nat(255))
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 600 }).map((raw) => Buffer.from(raw)),
      fc.array(change, { maxLength: 8 }).map((changes) => {
        const copy = Buffer.from(good)
        for (const [at, value] of changes) copy[at] = value
        return copy
      }),
    )
    fc.assert(fc.property(fc.array(hostile, { maxLength: 6 }), (pieces) => {
      const { parser, output } = listen()
      parser.push(handshake())
      try {
        for (const piece of pieces) parser.push(piece)
      } catch (error) {
        expect(error).toBeInstanceOf(Error)
      }
      expect(output()).toBeLessThan(40_000)
    }), { numRuns: 800 })
  })

  test('MED12 hostile AMF: deep nesting, false lengths, endless arrays', () => {
    const bodies = [
      Buffer.concat([Buffer.from([2, 0, 7]), Buffer.from('connect'),
        Buffer.from('0300'.repeat(1_600), 'hex'), Buffer.from('03000161'.repeat(800), 'hex')]),
      Buffer.from([2, 0xff, 0xff, 97]),
      Buffer.concat([Buffer.from([2, 0, 7]), Buffer.from('publish'),
        Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 5, 5, 5])]),
      Buffer.from([0x0c, 0xff, 0xff, 0xff, 0xff]),
      Buffer.from([0x11]), Buffer.alloc(0),
    ]
    for (const body of bodies) {
      const push = refused(chunks({ type: 20, body }))
      try {
        push()
      } catch (error) {
        expect(error).toBeInstanceOf(Error)
      }
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  test('MED3 an address that guesses keys is not asked about any more', () => {
    let nowMs = 0
    const guard = makeKeyGuard({ steadyMs: () => nowMs })
    for (let n = 0; n < MEDIA_LIMITS.wrongKeysPerMinuteMax; n++) {
      expect(guard.isBlocked('10.0.0.1')).toBe(false)
      guard.note('10.0.0.1')
    }
    expect([guard.isBlocked('10.0.0.1'), guard.isBlocked('10.0.0.2')]).toEqual([true, false])
    nowMs = 61_000
    expect(guard.isBlocked('10.0.0.1')).toBe(false)
  })
})
