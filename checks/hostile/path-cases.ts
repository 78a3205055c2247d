import { describe, expect, test } from 'vitest'
import { expectCalm, expectNo, expectNoFindings, findLeaks, note } from './answers.ts'
import type { World } from './world.ts'

const up = ['..', '%2e%2e', '.%2e', '..%2f..', '..%5c..', '..\\..', '%252e%252e', '....//', '..;']
const files = ['keys.json', 'package.json', 'etc/passwd', 'postgres/PG_VERSION', 'logs/server.log',
  'proc/self/environ']
const broken = ['%', '%zz', '%ff%fe', '%00', 'a%00.webp', 'a'.repeat(300), 'a'.repeat(6000),
  '%u0041', '%c0%ae', '__proto__']

/** What would be in an answer that came from the wrong place. */
const foreign =
  /"internalKey"|"dependencies"|root:x:|SILKCAST_|"level":30|wrong key|no such call|"ok":true/

export function pathCases(world: () => World): void {
  describe('addresses', () => {
    test.each(['/media', '/sandbox-pay', '/pictures', '/app', '/docs/static', '/s', '/studio',
      '/desk'])(
      'under %s nothing leads out', async (prefix) => {
        const { wire } = world()
        const paths = [
          ...up.flatMap((step) => files.map((file) => `${prefix}/${step}/${step}/${file}`)),
          ...up.map((step) => `${prefix}/${step}/health`),
          ...up.map((step) => `${prefix}/${step}/internal/shows/${world().showId}/stop`),
          ...up.map((step) => `${prefix}/${step}/v1/behaviour`),
        ]
        for (const path of paths) {
          for (const method of prefix === '/sandbox-pay' ? ['GET', 'POST'] : ['GET']) {
            const answer = await wire.ask({ method, path })
            note(`${method} ${path}: ${answer.status}`, answer.status >= 500)
            note(`${method} ${path}: ${answer.text.slice(0, 40)}`, foreign.test(answer.text))
            const leaks = findLeaks(answer)
            note(`${method} ${path} leaks ${leaks.join()}`, leaks.length > 0)
          }
        }
        expectNoFindings()
      })

    test.each(['/media/', '/pictures/', '/app/', '/s/', '/api/products/', '/studio/'])(
      'broken ones under %s are refused with a code', async (prefix) => {
        const { wire, staff } = world()
        for (const name of broken) {
          const answer = await wire.ask({ path: prefix + name, session: staff.merchant })
          const isPage = answer.text.startsWith('<!doctype html>')
          note(`${prefix}${name.slice(0, 12)}: ${answer.status}`, answer.status >= 500)
          if (!isPage && answer.text !== '') expectCalm(`GET ${prefix}${name.slice(0, 12)}`, answer)
          else note(`${prefix}${name} leaks`, findLeaks(answer).length > 0)
        }
        expectNoFindings()
      })

    test('the whole address in the request line is taken as what it means', async () => {
      const { wire, house, showId } = world()
      for (const path of ['/api/me', `/media/${showId}/state.json`, '/sandbox-pay/challenge/pi_x',
        '/pictures/x']) {
        const answer = await wire.ask({ path: house.url + path })
        note(`GET ${house.url}${path}: ${answer.status} ${answer.text.slice(0, 60)}`,
          answer.status >= 500)
        const head = await wire.ask({ method: 'HEAD', path })
        note(`HEAD ${path}: ${head.status}`, head.status >= 500)
      }
      expectNo('another house', await wire.ask({ path: 'http://evil.example/api/me',
        headers: { host: 'evil.example' } }),
        'http.not_found')
      expectNoFindings()
    })

    test('recordings are for staff, whatever the address or the range', async () => {
      const { wire, staff, attacker, showId } = world()
      const paths = [`/media/${showId}/replay.mp4`, `/api/shows/${showId}/recording/replay.m3u8`,
        `/api/shows/${showId}/recording/s0.m4s`]
      for (const path of paths) {
        expectNo(`${path} as nobody`, await wire.ask({ path }), 'people.accounts.sign_in_needed')
        expectNo(`${path} as a guest`, await wire.ask({ path, session: attacker.token }),
          'people.accounts.not_allowed')
      }
      const session = staff.merchant
      const names = [...up, 'index.jsonl', 'cut.json', 'head', 'live.m3u8', 's1.m4s%00', 'S0.m4s',
        's99999999999.m4s', 'made-0-end.mp4', '..%2f..%2fstop', 'state.json', '__proto__']
      for (const name of names) {
        for (const path of [`/api/shows/${showId}/recording/${name}`,
          `/media/${name}/replay.mp4`]) {
          const answer = await wire.ask({ path, session })
          note(`${path}: ${answer.status}`, answer.status < 400 || answer.status >= 500)
          note(`${path} leaks`, findLeaks(answer).length > 0 || foreign.test(answer.text))
        }
      }
      for (const range of ['bytes=0-99999999999999999999', 'bytes=-1', 'bytes=9-1', 'bytes=0-0,5-9',
        `bytes=${'1,'.repeat(2000)}`, 'lines=1-2']) {
        const answer = await wire.ask({ path: paths[1]!, session, headers: { range } })
        note(`${range.slice(0, 20)}: ${answer.status}`, answer.status >= 500)
      }
      for (const method of ['POST', 'PUT', 'DELETE']) {
        const answer = await wire.ask({ method, path: paths[0]!, session })
        note(`${method}: ${answer.status}`, answer.status < 400 || answer.status >= 500)
      }
      expectNoFindings()
    })

    test('pages of shows that are none say so', async () => {
      const { wire } = world()
      for (const slug of ['..', '%2e%2e', '%00', 'a'.repeat(61), 'constructor', '<script>', "'--",
        '%5c', 'scratch%2f..']) {
        const answer = await wire.ask({ path: `/s/${slug}?lang=%3Cscript%3E&market=__proto__` })
        note(`/s/${slug}: ${answer.status}`, ![400, 404, 414].includes(answer.status))
        note(`/s/${slug} carries markup`, /<script>(?!<)/.test(
          answer.text.replace(/<script type[^>]*>/g, '')))
      }
      expectNoFindings()
    })
  })

  describe('headers', () => {
    test('a host that is not ours gets nothing, whatever it brings along', async () => {
      const { wire, house, staff } = world()
      const { host } = new URL(house.url)
      for (const wrong of ['evil.example', `${host}.evil.example`,
        `evil.example:${host.split(':')[1]}`, '[::1',
        `${host}@evil.example`, `${host},evil.example`, 'localhost.evil.example', '', '/',
          `${host}/../`]) {
        for (const path of ['/api/me', '/', '/media/x', '/sse', '/docs/json', '/sandbox-pay/x']) {
          const answer = await wire.ask({ path, headers: { host: wrong,
            'x-forwarded-host': host } })
          expectNo(`${path} of ${wrong}`, answer, 'http.not_found')
        }
      }
      const trusting = await wire.ask({
        path: `/api/shows/${world().showId}/ingest`, session: staff.merchant,
        headers: {
          'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https',
            'x-forwarded-for': '6.6.6.6',
          forwarded: 'host=evil.example', 'x-original-url': '/internal/x',
            'x-rewrite-url': '/internal/x',
        },
      })
      expect(trusting.status).toBe(200)
      expect(trusting.text).not.toContain('evil.example')
      expectNoFindings()
    })

    test('figures are for this machine and network, not for whoever comes through a proxy',
      async () => {
      const { wire } = world()
      expect((await wire.ask({ path: '/metrics' })).text).toContain('silkcast_media_up')
      for (const headers of [
        { 'x-forwarded-for': '127.0.0.1' }, { forwarded: 'for=127.0.0.1' }, { 'x-real-ip': '' },
        { authorization: 'Bearer ' }, { authorization: `Bearer ${'x'.repeat(40)}` },
        { 'sec-fetch-site': 'cross-site' },
      ]) {
        const answer = await wire.ask({ path: '/metrics', headers })
        expectNo(`/metrics with ${JSON.stringify(headers)}`, answer, 'http.not_found')
      }
      for (const path of ['/metrics/', '/metrics/..', '/metrics?x=1', '//metrics', '/METRICS']) {
        const answer = await wire.ask({ path, headers: { 'x-forwarded-for': '6.6.6.6' } })
        note(`${path}: ${answer.status}`, answer.status < 400)
      }
      expectNoFindings()
    })

    test('requests that no client sends are refused and nobody is served another\'s answer',
      async () => {
      const { wire, house } = world()
      const { host } = new URL(house.url)
      const close = 'Connection: close\r\n'
      const visit = `POST /api/me/visit HTTP/1.1\r\nHost: ${host}\r\n`
      const cases: [string, string, number[]][] = [
        ['two hosts', `GET /api/me HTTP/1.1\r\nHost: ${host}\r\nHost: evil.example\r\n${close}\r\n`,
          [400, 404]],
        ['no host', `GET /api/me HTTP/1.1\r\n${close}\r\n`, [400, 404]],
        ['HTTP/1.0 without a host', 'GET /api/me HTTP/1.0\r\n\r\n', [400, 404]],
        ['length and chunks',
          `${visit}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n`
          + '0\r\n\r\nGET /x HTTP/1.1\r\n\r\n', [400]],
        ['two lengths', `${visit}Content-Length: 0\r\nContent-Length: 5\r\n\r\n`, [400]],
        ['odd chunks', `${visit}Transfer-Encoding: xchunked\r\n\r\n`, [400, 415, 501]],
        ['folded header', `GET /api/me HTTP/1.1\r\nHost: ${host}\r\nX: a\r\n b\r\n${close}\r\n`,
          [200, 400]],
        ['20 KB of headers',
          `GET /api/me HTTP/1.1\r\nHost: ${host}\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, [431]],
        ['a NUL in a header', `GET /api/me HTTP/1.1\r\nHost: ${host}\r\nX: a\u0000b\r\n\r\n`,
          [400]],
        ['an unknown method', `ROOT /api/me HTTP/1.1\r\nHost: ${host}\r\n\r\n`, [400, 404]],
        ['a TLS hello', '\u0016\u0003\u0001\u0002', [400]],
        ['a space in the address', `GET /api /me HTTP/1.1\r\nHost: ${host}\r\n\r\n`, [400]],
      ]
      for (const [what, bytes, statuses] of cases) {
        const answer = await wire.raw(bytes)
        note(`${what}: ${answer.status}`, !statuses.includes(answer.status))
        const leaks = findLeaks(answer)
        note(`${what} leaks ${leaks.join()}`, leaks.length > 0)
      }
      expectNoFindings()
    })
  })
}
