import { expect, test } from 'vitest'
import { phoneOriginFor } from './phone-origin.ts'

const names = ['localhost', '127.0.0.1', '::1', 'box', '172.17.0.1', 'fd00::1', '192.168.1.20']

test('a public address is what a phone gets, whatever the Host header says', () => {
  expect(phoneOriginFor('https://shop.example', 'evil.example', names))
    .toEqual({ origin: 'https://shop.example', isSecure: true })
})
test('on this machine a phone gets an address of its network', () => {
  expect(phoneOriginFor('https://localhost:8443', 'localhost:8443', names))
    .toEqual({ origin: 'https://192.168.1.20:8443', isSecure: true })
  expect(phoneOriginFor('http://localhost:8080', undefined, names))
    .toEqual({ origin: 'http://192.168.1.20:8080', isSecure: false })
})
test('whoever came by an address of the network stays there', () => {
  expect(phoneOriginFor('http://localhost:8080', '10.0.0.5:8080', names).origin)
    .toBe('http://10.0.0.5:8080')
})
test('a host that is none, and a machine without a network, lead back to the known address', () => {
  expect(phoneOriginFor('http://localhost:8080', 'a b/c', ['localhost']).origin)
    .toBe('http://localhost:8080')
})
