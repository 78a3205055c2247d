import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addMoney,
  formatMoney,
  isId,
  makeBoundedQueue,
  makeIds,
  makeManualClock,
  makeSeededRandom,
  money,
  parseAmountMinor,
  secretToken,
  systemRandom,
  timesMoney,
} from './index.ts'

/** The plain form of a TypeID's suffix: base 32 of the whole number. */
function slowEncode(bytes: Uint8Array): string {
  let bits = 0n
  for (const byte of bytes) bits = (bits << 8n) | BigInt(byte)
  let text = ''
  for (let at = 0; at < 26; at++) {
    text = '0123456789abcdefghjkmnpqrstvwxyz'[Number(bits & 31n)] + text
    bits >>= 5n
  }
  return text
}

function decodeMs(id: string): number {
  let bits = 0n
  for (const letter of id.slice(4)) {
    bits = (bits << 5n) | BigInt('0123456789abcdefghjkmnpqrstvwxyz'.indexOf(letter))
  }
  return Number(bits >> 80n)
}

describe('ids', () => {
  test('are TypeIDs of a UUIDv7: prefix, time, version and variant', () => {
    const clock = makeManualClock(1_700_000_000_123)
    const id = makeIds({ clock, random: makeSeededRandom(1) }).make('ord')
    expect(isId('ord', id)).toBe(true)
    expect(decodeMs(id)).toBe(1_700_000_000_123)
    const bits = [...id.slice(4)]
      .map((letter) =>
        '0123456789abcdefghjkmnpqrstvwxyz'.indexOf(letter).toString(2).padStart(5, '0'),
      )
      .join('')
      .slice(2)
    expect([bits.slice(48, 52), bits.slice(64, 66)]).toEqual(['0111', '10'])
  })
  test('never step back, also when the clock does, and never repeat', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { maxLength: 300 }), (steps) => {
        let now = 1_700_000_000_000
        const clock = { ...makeManualClock(), nowMs: () => now }
        const ids = makeIds({ clock, random: makeSeededRandom(7) })
        const made = steps.map((step) => {
          now += step
          return ids.make('ord') as string
        })
        expect(made).toEqual([...made].sort())
        expect(new Set(made).size).toBe(made.length)
      }),
    )
  })
  test('the fast encoding is the plain one', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        const random = { int: () => 0, bytes: () => bytes.slice() }
        const id = makeIds({ clock: makeManualClock(0), random }).make('ord')
        const expected = bytes.slice()
        expected.fill(0, 0, 6)
        // The first id of a clock that stands at zero counts from there.
        expected[6] = 0x70
        expected[7] = 1
        expected[8] = 0x80 | (expected[8]! & 0x3f)
        expect(id).toBe(`ord_${slowEncode(expected)}`)
      }),
    )
  })
  test.each([
    'ord_',
    'ord_8zzzzzzzzzzzzzzzzzzzzzzzzz',
    'ORD_01jx8c5m3ye9kbq1y2n0v6h7zr',
    'pay_01jx8c5m3ye9kbq1y2n0v6h7zr',
    'ord_01jx8c5m3ye9kbq1y2n0v6h7zi',
    `ord_01jx8c5m3ye9kbq1y2n0v6h7zr'`,
    null,
    7,
  ])('%s is no order id', (text) => {
    expect(isId('ord', text)).toBe(false)
  })
})

describe('chance', () => {
  test('secrets have the length asked for and do not repeat', () => {
    const made = Array.from({ length: 2000 }, () => secretToken(systemRandom))
    expect(new Set(made).size).toBe(2000)
    expect(made.every((token) => /^[A-Za-z0-9_-]{43}$/.test(token))).toBe(true)
  })
  test('whole numbers stay within their bounds', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1000, max: 1000 }),
        fc.integer({ min: 0, max: 1000 }),
        (low, span) => {
          const value = systemRandom.int(low, low + span)
          expect(value >= low && value <= low + span && Number.isInteger(value)).toBe(true)
        },
      ),
    )
  })
})

describe('money', () => {
  const amount = fc.integer({ min: 0, max: 1_000_000_000 })
  test('adding is exact and refuses two currencies', () => {
    fc.assert(
      fc.property(amount, amount, fc.integer({ min: 0, max: 1000 }), (a, b, times) => {
        expect(addMoney(money(a, 'EUR'), money(b, 'EUR')).amountMinor).toBe(a + b)
        expect(timesMoney(money(a, 'EUR'), times).amountMinor).toBe(a * times)
      }),
    )
    expect(() => addMoney(money(1, 'EUR'), money(1, 'USD'))).toThrow(/bug/)
    expect(() => money(1.5, 'EUR')).toThrow(/bug/)
  })
  test('what is written with its decimals is read back, in every kind of currency', () => {
    fc.assert(
      fc.property(
        amount,
        fc.constantFrom(['JPY', 0], ['EUR', 2], ['KWD', 3]),
        (minor, [currency, decimals]) => {
          const text = (minor / 10 ** (decimals as number)).toFixed(decimals as number)
          expect(parseAmountMinor(text, currency as string)).toBe(minor)
          expect(parseAmountMinor(text.replace('.', ','), currency as string)).toBe(minor)
        },
      ),
    )
  })
  test.each([
    ['1.005', 'EUR'],
    ['1.5', 'JPY'],
    ['-1', 'EUR'],
    ['1e3', 'EUR'],
    ['', 'EUR'],
    ['1,000.00', 'EUR'],
    ['٣', 'SAR'],
    ['1.', 'EUR'],
  ])('%s is no amount of %s', (text, currency) => {
    expect(parseAmountMinor(text, currency)).toBeUndefined()
  })
  test('people read amounts in their own form', () => {
    expect(formatMoney(money(2490, 'EUR'), 'de').replace(/\s/g, ' ')).toBe('24,90 €')
    expect(formatMoney(money(5880, 'JPY'), 'en')).toBe('¥5,880')
    expect(formatMoney(money(1234, 'KWD'), 'en').replace(/\s/g, ' ')).toBe('KWD 1.234')
  })
})

describe('bounded queue', () => {
  test('never holds more than its limit and counts what fell out', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 5 }), (items, limit) => {
        const oldest = makeBoundedQueue<number>(limit, 'drop-oldest')
        const newest = makeBoundedQueue<number>(limit, 'refuse-newest')
        for (const item of items) {
          oldest.push(item)
          newest.push(item)
        }
        expect(oldest.drain()).toEqual(items.slice(-limit))
        expect(newest.drain()).toEqual(items.slice(0, limit))
        expect(oldest.dropped).toBe(Math.max(0, items.length - limit))
      }),
    )
  })
})
