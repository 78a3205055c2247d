import { describe, expect, it } from 'vitest'
import Value from 'typebox/value'
import { DeliverySchema } from '#people/accounts/contract'
import { draftOf, problemFromRefusal, problemsOf, toDelivery } from './delivery.ts'

const good = {
  ...draftOf(null, 'DE'), name: ' Ada Lind ', email: 'ada@example.com', line1: 'Lindenweg 4',
  city: 'Köln', postalCode: '50667',
}

describe('the delivery form', () => {
  it('names every missing field', () => {
    expect(problemsOf(draftOf(null, 'DE'))).toEqual({
      name: 'missing', email: 'missing', line1: 'missing', city: 'missing', postalCode: 'missing',
    })
  })

  it('asks for no postal code where there are none', () => {
    expect(problemsOf({ ...good, country: 'AE', postalCode: '' })).toEqual({})
  })

  const wrong = ['ada', 'ada@', '@example.com', 'a b@c.de', '<a@b.c>', 'ada@example']
  it.each(wrong)('refuses %s as e-mail', (email) => {
    expect(problemsOf({ ...good, email })).toEqual({ email: 'email' })
  })

  it('refuses letters in a phone number', () => {
    expect(problemsOf({ ...good, phone: 'call me' })).toEqual({ phone: 'phone' })
  })

  it('sends what the contract takes: trimmed, without empty fields', () => {
    expect(problemsOf(good)).toEqual({})
    const delivery = toDelivery(good)
    expect(delivery).toEqual({
      name: 'Ada Lind', email: 'ada@example.com', line1: 'Lindenweg 4', city: 'Köln',
      postalCode: '50667', country: 'DE',
    })
    expect(Value.Check(DeliverySchema, delivery)).toBe(true)
  })

  it('finds the field that the server named', () => {
    const invalid = (where: string) => ({ code: 'http.invalid', details: { where } })
    expect(problemFromRefusal(invalid('/postalCode'))).toEqual({ postalCode: 'invalid' })
    expect(problemFromRefusal(invalid('body/email'))).toEqual({ email: 'email' })
    expect(problemFromRefusal(invalid('/constructor'))).toEqual({})
    expect(problemFromRefusal({ code: 'people.accounts.country_not_served' }))
      .toEqual({ country: 'invalid' })
    expect(problemFromRefusal({ code: 'http.unavailable' })).toEqual({})
  })
})
