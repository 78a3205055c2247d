import { expect, test } from 'vitest'
import type { DeskWords } from '../words.ts'
import { actId } from '../audit/act-id.ts'
import { stepText } from './step-text.ts'

const words = {
  t: (id: string, values?: object) => (values ? `${id} ${JSON.stringify(values)}` : id),
  money: ({ amountMinor, currency }: { amountMinor: number, currency: string }) =>
    `${amountMinor} ${currency}`,
} as unknown as DeskWords

test('a refund says its amount, its reason and where the goods are', () => {
  const details = { reason: 'broken', restock: false, amountMinor: 2490, currency: 'EUR' }
  expect(stepText(words, { atMs: 0, what: 'refund_opened', details })).toBe(
    'desk.step.refund_opened 2490 EUR. desk.step.reason {"reason":"broken"} desk.step.no_restock')
})

test('a step that is not known is named as it is, also one with a treacherous name', () => {
  expect(stepText(words, { atMs: 0, what: 'constructor', details: {} }))
    .toBe('desk.step.other {"what":"constructor"}')
  expect(actId('toString')).toBeNull()
  expect(actId('show.sale')).toBe('desk.act.sale')
})

test('details that are no money are not shown as money', () => {
  expect(stepText(words, { atMs: 0, what: 'paid', details: { amountMinor: 5, currency: 'x' } }))
    .toBe('desk.step.paid')
})
