import { createServer, request, type IncomingHttpHeaders } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isNearby, makeClients, noProxies, readCountryHeader, readProxies } from './index.ts'

const proxies = readProxies('10.0.0.0/8,192.0.2.7,2001:db8:1::/48')!
const clients = makeClients({
  proxies, countryHeader: 'cf-ipcountry', countryOf: (address) => `of ${address}`,
})
const of = (remoteAddress: string | undefined, headers: IncomingHttpHeaders = {}) =>
  clients.of({ headers, socket: { remoteAddress } })
const through = (list: string, nearest = '10.0.0.1') =>
  of(nearest, { 'x-forwarded-for': list }).address

const octet = fc.nat(255)
const v4 = fc.tuple(octet, octet, octet, octet).map((all) => all.join('.'))
const trusted = fc.oneof(
  fc.tuple(octet, octet, octet).map((all) => `10.${all.join('.')}`),
  fc.constant('192.0.2.7'), fc.nat(0xffff).map((end) => `2001:db8:1::${end.toString(16)}`),
)
const stranger = fc.oneof(v4, fc.ipV6()).filter((one) => !proxies.isTrusted(of(one).address))
const junk = fc.oneof(fc.string(), trusted, stranger,
  fc.constantFrom('unknown', '_hidden', '', '127.0.0.1', '"10.0.0.1"', 'for=10.0.0.1'))

describe('the walk', () => {
  test('what stands left of the first stranger never counts', () => {
    fc.assert(fc.property(fc.array(junk), stranger, fc.array(trusted, { maxLength: 10 }),
      (spoofed, client, chain) => {
        const list = [...spoofed, client, ...chain].join(', ')
        expect(through(list)).toBe(of(client).address)
      }))
  })

  test('without a trusted proxy in front the headers say nothing', () => {
    fc.assert(fc.property(stranger, fc.array(junk), (client, spoofed) => {
      const list = spoofed.join(',')
      const found = of(client, {
        'x-forwarded-for': list, 'x-forwarded-host': 'evil.example', 'cf-ipcountry': 'DE',
        'x-forwarded-proto': 'https', forwarded: `for=${list}`, 'x-real-ip': list, host: 'a',
      })
      expect(found).toMatchObject({
        address: of(client).address, host: 'a', isSecure: false,
        country: `of ${of(client).address}`,
      })
    }))
  })

  test('whatever is said, the answer is an address that was there', () => {
    fc.assert(fc.property(trusted, fc.string({ unit: 'binary', maxLength: 400 }),
      (nearest, list) => {
        const { address } = of(nearest, { 'x-forwarded-for': list })
        expect(address === nearest || /^[0-9a-f.:]{2,45}$/.test(address)).toBe(true)
      }))
  })

  test.each([
    ['1.2.3.4', '1.2.3.4'], ['1.2.3.4:5678', '1.2.3.4'], ['[2A00::0:1]:443', '2a00::1'],
    ['[2a00::1]', '2a00::1'], ['2A00:0:0::1', '2a00::1'], ['::ffff:1.2.3.4', '1.2.3.4'],
    ['::FFFF:102:304', '1.2.3.4'], [' \t1.2.3.4 ', '1.2.3.4'], ['9.9.9.9,1.2.3.4', '1.2.3.4'],
    ['9.9.9.9, 1.2.3.4, 10.9.9.9', '1.2.3.4'], ['1.2.3.4, ::ffff:10.0.0.9', '1.2.3.4'],
    ['10.0.0.8, 10.0.0.9', '10.0.0.8'],
  ])('%j comes from %s', (list, address) => { expect(through(list)).toBe(address) })

  test.each([
    'unknown', '_x', '', ',', ',,', '1.2.3.4,', '1.2.3.4,unknown', '"1.2.3.4"', '1.2.3',
    '1.2.3.4.5', '01.2.3.4', '0x1.2.3.4', '16909060', '1.2.3.4:', '1.2.3.4:123456', '1.2.3.4:x',
    '[1.2.3.4]', '[2a00::1', '2a00::1]', '[2a00::1]x', '[2a00::1]:', '[fe80::1%eth0]',
    'fe80::1%eth0', '1.2.3.4\r\nx-evil: 1', '1.2.3.4\0', 'for=1.2.3.4', '1.2.3.4 5.6.7.8',
    '1.2.3.4;proto=https', '１.2.3.4', 'localhost', 'a'.repeat(100_000),
    `${' '.repeat(50_000)}1.2.3.4`, '[', ']', '[]',
  ])('%.40j ends it at the last good hop', (list) => {
    expect(through(list)).toBe('10.0.0.1')
    expect(through(`6.6.6.6,${list},10.0.0.2`)).toBe('10.0.0.2')
  })

  test('a list without end is walked for a while, in no time', () => {
    const startMs = performance.now()
    expect(through(`6.6.6.6${',10.0.0.3'.repeat(200_000)}`)).toBe('10.0.0.3')
    for (const long of [' '.repeat(1_000_000), ','.repeat(1_000_000), ':'.repeat(1_000_000),
      `1${' '.repeat(1_000_000)}2`, '['.repeat(1_000_000)]) expect(through(long)).toBe('10.0.0.1')
    expect(performance.now() - startMs).toBeLessThan(500)
  })

  test('a socket that is gone, and one of a link-local neighbour', () => {
    expect(of(undefined, { 'x-forwarded-for': '1.1.1.1' }).address).toBe('')
    expect(of('fe80::1%eth0').address).toBe('fe80::1')
    expect(of('::ffff:10.0.0.1', { 'x-forwarded-for': '1.1.1.1' }).address).toBe('1.1.1.1')
  })
})

describe('what else a proxy says', () => {
  test('its host and its HTTPS are taken; odd hosts are not', () => {
    const said = (headers: IncomingHttpHeaders) => of('192.0.2.7', { host: 'inner', ...headers })
    expect(said({ 'x-forwarded-host': 'evil.example, shop.example:8443',
      'x-forwarded-proto': 'http,HTTPS' }))
      .toMatchObject({ host: 'shop.example:8443', isSecure: true })
    expect(said({ 'x-forwarded-proto': 'https,http' }).isSecure).toBe(false)
    for (const odd of ['', 'a b', 'a/b', 'a@b', 'a\r\nb', '[::1', 'a:99999999', 'ä.example',
      'a'.repeat(300), 'x,']) expect(said({ 'x-forwarded-host': odd }).host).toBe('inner')
    expect(said({ 'x-forwarded-host': '[2a00::1]:80' }).host).toBe('[2a00::1]:80')
  })

  test('a country is one of ISO 3166-1, from the header that was named', () => {
    const countryOf = (value: string) =>
      of('10.0.0.1', { 'cf-ipcountry': value, 'x-forwarded-for': '9.9.9.9' }).country
    expect(['DE', 'CN', 'SA'].map(countryOf)).toEqual(['DE', 'CN', 'SA'])
    for (const none of ['XX', 'T1', 'ZZ', 'EU', 'UK', 'XK', 'de', 'DEU', '', 'DE,FR', ' DE',
      'constructor', 'D'.repeat(9_000)]) expect(countryOf(none)).toBe('of 9.9.9.9')
    const other = of('10.0.0.1', { 'cloudfront-viewer-country': 'DE' })
    expect(other.country).toBe('of 10.0.0.1')
  })

  test('a header that cannot name a country is none', () => {
    expect(readCountryHeader(' CF-IPCountry ')).toBe('cf-ipcountry')
    expect(readCountryHeader('CloudFront-Viewer-Country')).toBe('cloudfront-viewer-country')
    for (const none of ['', 'country:', 'cookie', 'x country', 'country\r\nx',
      `x-${'country'.repeat(20)}`, 'host', '__proto__',
    ]) expect(readCountryHeader(none)).toBeUndefined()
  })
})

describe('the list of proxies', () => {
  const trusts = (list: string, address: string) => readProxies(list)?.isTrusted(address)

  test.each([
    ['10.1.2.3/8', '10.255.0.1', true], ['10.0.0.0/8', '11.0.0.1', false],
    ['192.0.2.7', '192.0.2.7', true], ['192.0.2.7', '192.0.2.8', false],
    ['2001:DB8::/32', '2001:db8:ffff::1', true], ['2001:db8::/32', '2001:db9::1', false],
    ['::ffff:10.0.0.0/104', '10.9.9.9', true], ['::ffff:10.0.0.0/104', '11.0.0.1', false],
    ['fd00::/8', 'fd12::1', true], ['loopback', '127.8.8.8', true], ['loopback', '::1', true],
    ['Loopback , private', '192.168.3.4', true], ['private', '172.31.0.1', true],
    ['private', '172.32.0.1', false], ['private', '127.0.0.1', false], ['private', 'fd00::1', true],
    ['192.0.2.7', '', false],
  ])('%s and %s: %s', (list, address, is) => { expect(trusts(list, address)).toBe(is) })

  test.each(['', ',', '10.0.0.0/8,', '0.0.0.0/0', '10.0.0.0/7', '::/0', '2000::/3', '10.0.0.0/33',
    '2001:db8::/129', '10.0.0.0/-8', '10.0.0.0/8/8', '10.0.0/8', '10.0.0.0/255.0.0.0', '10.*',
    'proxy.example', 'fe80::1%eth0', '[::1]', '1.2.3.4:80', '::ffff:0.0.0.0/96', 'constructor',
    '10.0.0.0/08x', '10.0.0.1;10.0.0.2', '10.0.0.1 10.0.0.2',
  ])('%j is none', (list) => { expect(readProxies(list)).toBeUndefined() })

  test('it has an end', () => {
    const many = (count: number) => Array.from({ length: count }, (_, at) => `10.0.0.${at % 256}`)
    expect(readProxies(many(256).join())).toBeDefined()
    expect(readProxies(many(257).join())).toBeUndefined()
    expect(readProxies(`10.0.0.1${' '.repeat(20_000)}`)).toBeUndefined()
  })

  test('any address is trusted by a list of itself, in whichever spelling', () => {
    fc.assert(fc.property(fc.oneof(v4, fc.ipV6()), (address) => {
      const plain = makeClients({ proxies: noProxies })
        .of({ headers: {}, socket: { remoteAddress: address } }).address
      expect(trusts(address, plain)).toBe(true)
    }))
  })
})

test('a proxy that nobody trusts is told of when it is near', () => {
  const seen: string[] = []
  const some = makeClients({ proxies, onUntrusted: (address) => seen.push(address) })
  for (const [remoteAddress, list] of [['172.17.0.1', '9.9.9.9'], ['8.8.8.8', '9.9.9.9'],
    ['192.168.0.1', ''], ['10.0.0.1', '9.9.9.9']]) {
    some.of({ socket: { remoteAddress }, headers: { 'x-forwarded-for': list } })
  }
  expect(seen).toEqual(['172.17.0.1'])
  expect([isNearby('::1'), isNearby('9.9.9.9'), isNearby('')]).toEqual([true, false, false])
})

test('headers as they come over a wire: twice, folded, thousands of them', async () => {
  const told: string[] = []
  const near = makeClients({ proxies: readProxies('127.0.0.1')! })
  const server = createServer((asked, answer) => {
    told.push(near.of(asked).address)
    answer.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const [answer] = await once(request({
    port, headers: ['host', 'a', 'x-forwarded-for', '6.6.6.6', 'X-Forwarded-For', '5.5.5.5'],
  }).end(), 'response')
  answer.resume()
  const raw = async (lines: string) => {
    const socket = connect(port, '127.0.0.1')
    socket.write(`GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${lines}\r\n\r\n`)
    let text = ''
    for await (const chunk of socket) text += String(chunk)
    return text.slice(9, 12)
  }
  expect(await raw('x-forwarded-for: 6.6.6.6,\r\n 5.5.5.5')).toBe('400')
  expect(await raw(`x-forwarded-for: ${'6.6.6.6,'.repeat(4_000)}5.5.5.5`)).toBe('431')
  expect(await raw(`x-forwarded-for: ${'6.6.6.6,'.repeat(1_500)}5.5.5.5`)).toBe('200')
  expect(told).toEqual(['5.5.5.5', '5.5.5.5'])
  server.close()
})
