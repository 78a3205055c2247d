import { assert } from './result.ts'

/** An amount in minor units (cents, fils, yen) of one ISO 4217 currency. Always a safe integer. */
export interface Money {
  readonly amountMinor: number
  readonly currency: string
}

/** Decimal places by ISO 4217; two when not listed. (List of exceptions: ISO 4217 table A.1.) */
const DECIMALS: Readonly<Record<string, number>> = {
  BIF: 0, CLP: 0, DJF: 0, GNF: 0, ISK: 0, JPY: 0, KMF: 0, KRW: 0, PYG: 0, RWF: 0, UGX: 0,
  VND: 0, VUV: 0, XAF: 0, XOF: 0, XPF: 0, UYI: 0,
  BHD: 3, IQD: 3, JOD: 3, KWD: 3, LYD: 3, OMR: 3, TND: 3,
  CLF: 4, UYW: 4,
}

export const currencyDecimals = (currency: string): number => DECIMALS[currency] ?? 2

export function money(amountMinor: number, currency: string): Money {
  assert(Number.isSafeInteger(amountMinor), `amount ${amountMinor} is not a whole minor unit`)
  assert(/^[A-Z]{3}$/.test(currency), `currency ${currency} is not ISO 4217`)
  return { amountMinor, currency }
}

export function addMoney(a: Money, b: Money): Money {
  assert(a.currency === b.currency, `cannot add ${a.currency} and ${b.currency}`)
  return money(a.amountMinor + b.amountMinor, a.currency)
}

export const timesMoney = (a: Money, quantity: number): Money =>
  money(a.amountMinor * quantity, a.currency)

/** For people: `€24.90` in the reader's form. Display only, never parsed back. */
export function formatMoney(a: Money, locale: string): string {
  const decimals = currencyDecimals(a.currency)
  return new Intl.NumberFormat(locale, {
    style: 'currency', currency: a.currency,
    minimumFractionDigits: decimals, maximumFractionDigits: decimals,
  }).format(a.amountMinor / 10 ** decimals)
}

/** `24.90` or `24,90` -> 2490; undefined when it is not an amount of that currency. */
export function parseAmountMinor(text: string, currency: string): number | undefined {
  const match = /^(\d{1,12})(?:[.,](\d{1,4}))?$/.exec(text.trim())
  if (!match) return undefined
  const decimals = currencyDecimals(currency)
  const fraction = match[2] ?? ''
  if (fraction.length > decimals && /[1-9]/.test(fraction.slice(decimals))) return undefined
  const digits = match[1]! + fraction.slice(0, decimals).padEnd(decimals, '0')
  const amount = Number(digits)
  return Number.isSafeInteger(amount) ? amount : undefined
}
