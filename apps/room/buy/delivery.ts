import type { Delivery } from '#people/accounts/contract'
import type { Refusal } from '#kernel'

/** The form as typed: every field a string. */
export interface DeliveryDraft {
  readonly name: string
  readonly email: string
  readonly phone: string
  readonly line1: string
  readonly line2: string
  readonly city: string
  readonly region: string
  readonly postalCode: string
  readonly country: string
}
export type DeliveryField = keyof DeliveryDraft
export type DeliveryProblem = 'missing' | 'email' | 'phone' | 'invalid'
export type DeliveryProblems = Partial<Record<DeliveryField, DeliveryProblem>>

// No postal codes there, or none that people use (Universal Postal Union, addressing systems).
const NO_POSTAL_CODE = new Set([
  'AE', 'QA', 'HK', 'AG', 'AO', 'BS', 'BZ', 'BJ', 'BW', 'CM', 'FJ', 'GH', 'GM', 'JM', 'MO', 'RW',
  'SC', 'SL', 'TG', 'TZ', 'UG', 'YE', 'ZW',
])
const EMAIL = /^[^@\s<>"]+@[^@\s<>"]+\.[^@\s<>"]+$/
const PHONE = /^[+0-9 ()./-]*$/

export const needsPostalCode = (country: string): boolean => !NO_POSTAL_CODE.has(country)

export const fields: readonly DeliveryField[] = [
  'country', 'name', 'email', 'phone', 'line1', 'line2', 'city', 'region', 'postalCode',
]
const REQUIRED: readonly DeliveryField[] = ['name', 'email', 'line1', 'city', 'country']

export function draftOf(delivery: Delivery | null, country: string): DeliveryDraft {
  const from = (field: DeliveryField) => delivery?.[field] ?? ''
  return {
    name: from('name'), email: from('email'), phone: from('phone'), line1: from('line1'),
    line2: from('line2'), city: from('city'), region: from('region'),
    postalCode: from('postalCode'),
    country,
  }
}

/** Hints only: the server has the last word. */
export function problemsOf(draft: DeliveryDraft): DeliveryProblems {
  const problems: DeliveryProblems = {}
  for (const field of REQUIRED) if (!draft[field].trim()) problems[field] = 'missing'
  if (needsPostalCode(draft.country) && !draft.postalCode.trim()) problems.postalCode = 'missing'
  if (!problems.email && !EMAIL.test(draft.email.trim())) problems.email = 'email'
  if (!PHONE.test(draft.phone.trim())) problems.phone = 'phone'
  return problems
}

/** Empty optional fields are left out. */
export function toDelivery(draft: DeliveryDraft): Delivery {
  const optional = (['phone', 'line2', 'region', 'postalCode'] as const).flatMap((field) => {
    const value = draft[field].trim()
    return value ? [[field, value] as const] : []
  })
  return {
    name: draft.name.trim(), email: draft.email.trim(), line1: draft.line1.trim(),
    city: draft.city.trim(), country: draft.country, ...Object.fromEntries(optional),
  }
}

/** `details.where` of the server's refusal (`/email`, `body/postalCode`) as a field of ours. */
export function problemFromRefusal(refusal: Refusal): DeliveryProblems {
  if (refusal.code === 'people.accounts.country_not_served') return { country: 'invalid' }
  const where = String(refusal.details?.['where'] ?? '').split(/[/.]/).at(-1)
  const field = fields.find((name) => name === where)
  return field ? { [field]: field === 'email' || field === 'phone' ? field : 'invalid' } : {}
}
