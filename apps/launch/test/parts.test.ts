import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync,
  writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { findFfmpeg } from '#adapters/audio-ffmpeg'
import { lanAddress } from '#adapters/tls-local'
import { makeBanner } from '../banner.ts'
import { describeEnd } from '../endings.ts'
import { openLineFile, readPinoLine } from '../logs.ts'
import { help, readOptions } from '../options.ts'
import { Refused, checkFfmpeg, checkFolder, checkNode, findFreePorts } from '../preflight.ts'
import { openSecrets } from '../secrets.ts'
import { waitBeforeAgain } from '../supervise.ts'

const folders: string[] = []
const makeFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'silkcast-parts-'))
  folders.push(folder)
  return folder
}
afterEach(() => { for (const folder of folders.splice(0)) rmSync(folder, { recursive: true }) })

describe('options', () => {
  const wrong = (...args: string[]): string => {
    const asked = readOptions(args)
    return asked.kind === 'wrong' ? asked.sentence : `not refused: ${asked.kind}`
  }

  it('has a default for everything', () => {
    expect(readOptions([])).toEqual({
      kind: 'run',
      options: {
        port: 8080, host: '0.0.0.0', dataDir: resolve('.data'), isDemo: true, publicUrl: undefined,
        rtmpPort: 1935, databaseUrl: undefined, logLevel: 'warn', isHttps: false,
        merchant: 'Lantern & Loom', ownerEmail: undefined, udpPort: 8189, trustPort: 8081,
        publicIps: [], iceServers: [], mediaProcesses: 1,
        trustedProxies: undefined, countryHeader: undefined,
        keepReplaysDays: null, mediaQuotaGb: null,
      },
    })
  })

  it('reads what it is given', () => {
    const asked = readOptions(['--port=80', '--no-demo', '--public-url', 'https://shop.example/',
      '--database-url', 'postgres://u:p@h/d', '--log-level', 'debug', '--data', '/x/y'])
    expect(asked).toMatchObject({
      kind: 'run',
      options: {
        port: 80, isDemo: false, publicUrl: 'https://shop.example', logLevel: 'debug',
        dataDir: '/x/y', databaseUrl: 'postgres://u:p@h/d',
      },
    })
    expect([readOptions(['--help']).kind, readOptions(['-h']).kind,
      readOptions(['--version']).kind])
      .toEqual(['help', 'help', 'version'])
  })

  it('reads who sells, and who may sign in first', () => {
    const own = (...args: string[]) => readOptions(['--no-demo', ...args])
    expect(own()).toMatchObject({ options: { merchant: 'My shop', ownerEmail: undefined } })
    expect(own('--merchant', ' Café "Ñandú" & 织 ', '--owner-email', 'mina@shop.example'))
      .toMatchObject({
        options: { merchant: 'Café "Ñandú" & 织', ownerEmail: 'mina@shop.example' },
      })
    expect(readOptions(['--merchant', 'x'.repeat(80)])).toMatchObject({ kind: 'run' })
  })

  it('reads how long and how much of recordings is kept', () => {
    expect(readOptions(['--keep-replays-days', '30', '--media-quota-gb', '500'])).toMatchObject({
      options: { keepReplaysDays: 30, mediaQuotaGb: 500 },
    })
  })

  it('takes --https alone and with an address that says so', () => {
    expect(readOptions(['--https'])).toMatchObject({ options: { isHttps: true } })
    expect(readOptions(['--https', '--public-url', 'https://shop.example'])).toMatchObject({
      options: { isHttps: true, publicUrl: 'https://shop.example' },
    })
  })

  it('explains every option it takes', () => {
    const flags = ['port', 'host', 'data', 'no-demo', 'https', 'public-url', 'rtmp-port',
      'database-url', 'log-level', 'merchant', 'owner-email', 'version', 'help', 'udp-port',
      'public-ip', 'ice-servers', 'trust-port', 'media-processes', 'keep-replays-days',
      'media-quota-gb', 'trusted-proxies', 'country-header']
    for (const flag of flags) expect(help).toContain(`--${flag} `)
  })

  it('reads where browsers send and get their media', () => {
    expect(readOptions(['--udp-port', '9000', '--public-ip', '203.0.113.7, 2001:db8::7,203.0.113.7',
      '--media-processes', '3'])).toMatchObject({
      options: {
        udpPort: 9000, publicIps: ['203.0.113.7', '2001:db8::7'], mediaProcesses: 3,
      },
    })
    const servers = (text: string) => {
      const asked = readOptions(['--ice-servers', text])
      return asked.kind === 'run' ? asked.options.iceServers : asked
    }
    expect(servers('turn:ann:s3:cr@t@turn.example:3478?transport=tcp,stun:[2001:db8::7]:3478'))
      .toEqual([
        { urls: 'turn:turn.example:3478?transport=tcp', username: 'ann', credential: 's3:cr@t' },
        { urls: 'stun:[2001:db8::7]:3478' },
      ])
    const json = [{ urls: ['turns:a.example', 'turn:a.example'], username: 'u', credential: 'p' }]
    expect(servers(JSON.stringify(json))).toEqual(json)
  })

  it('reads which proxies to believe, from the environment, too', () => {
    const list = '10.0.0.0/8,192.0.2.7,loopback'
    expect(readOptions(['--trusted-proxies', list, '--country-header', 'CF-IPCountry']))
      .toMatchObject({ options: { trustedProxies: list, countryHeader: 'cf-ipcountry' } })
    const env = { SILKCAST_TRUSTED_PROXIES: 'private', SILKCAST_COUNTRY_HEADER: 'x-country-code' }
    expect(readOptions([], env))
      .toMatchObject({ options: { trustedProxies: 'private', countryHeader: 'x-country-code' } })
    expect(readOptions(['--trusted-proxies', list], env))
      .toMatchObject({ options: { trustedProxies: list } })
    expect(readOptions([], { SILKCAST_TRUSTED_PROXIES: '::/0' }))
      .toMatchObject({ kind: 'wrong', sentence: expect.stringContaining('--trusted-proxies') })
  })

  it('takes the port after --port for the trust page, or the one that is said', () => {
    const trust = (...args: string[]) => readOptions(['--https', ...args])
    expect(trust()).toMatchObject({ options: { trustPort: 8081 } })
    expect(trust('--port', '0')).toMatchObject({ options: { trustPort: 0 } })
    expect(trust('--port', '65535')).toMatchObject({ options: { trustPort: 65_534 } })
    expect(trust('--trust-port', '80')).toMatchObject({ options: { trustPort: 80 } })
  })

  it.each([
    [['--colour'], /^There is no option --colour\./],
    [['8080'], /^"8080" is not an option\./],
    [['--port'], /argument missing/],
    [['--port', '70000'], /--port takes a port number/],
    [['--port', '-1'], /--port/],
    [['--port', '80a'], /not "80a"/],
    [['--port', '1e3'], /not "1e3"/],
    [['--port', '1935'], /both 1935/],
    [['--host', '0.0.0.0; rm -rf /'], /--host takes an address/],
    [['--public-url', 'shop.example'], /--public-url takes/],
    [['--public-url', 'javascript:alert(1)'], /--public-url takes/],
    [['--public-url', 'https://user:pw@shop.example'], /--public-url takes/],
    [['--public-url', 'https://shop.example/path'], /--public-url takes/],
    [['--trusted-proxies', '0.0.0.0/0'], /-proxies takes up to 256 addr.*0\.0\.0\.0/],
    [['--trusted-proxies', 'proxy.example'], /--trusted-proxies takes/],
    [['--trusted-proxies', ''], /--trusted-proxies takes/],
    [['--trusted-proxies', `10.0.0.1\n${'x'.repeat(9_000)}`], /^[^\n]{0,400}$/],
    [['--country-header', 'CF-IPCountry'], /--country-header goes with --trusted-proxies/],
    [['--trusted-proxies', 'loopback', '--country-header', 'cookie'], /--country-header takes/],
    [['--log-level', 'loud'], /--log-level takes debug, info, warn, error/],
    [['--data', ''], /--data takes a folder/],
    [['--keep-replays-days', '0'], /takes a whole number from 1 to 36500, not "0"/],
    [['--keep-replays-days', '1.5'], /takes a whole number/],
    [['--media-quota-gb', '-1'], /media-quota-gb/],
    [['--media-quota-gb', '9999999'], /takes a whole number from 1 to 1000000/],
    [['--https', '--public-url', 'http://a.example'], /--https needs a --public-url that begins/],
    [['--merchant', ''], /--merchant takes a name of 1 to 80 characters/],
    [['--merchant', '   '], /--merchant takes a name/],
    [['--merchant', 'x'.repeat(81)], /--merchant takes a name/],
    [['--merchant', 'a\nb'], /--merchant takes a name/],
    [['--merchant', 'a\u001b[31m'], /--merchant takes a name/],
    [['--merchant', 'a\u202etxt'], /--merchant takes a name/],
    [['--no-demo', '--owner-email', 'mina'], /--owner-email takes an address/],
    [['--no-demo', '--owner-email', 'mina@shop'], /--owner-email takes an address/],
    [['--no-demo', '--owner-email', 'a b@shop.example'], /--owner-email takes an address/],
    [['--no-demo', '--owner-email', 'a@b@shop.example'], /--owner-email takes an address/],
    [['--no-demo', '--owner-email', '"<a>"@shop.example'], /--owner-email takes an address/],
    [['--no-demo', '--owner-email', `${'a'.repeat(250)}@b.de`], /--owner-email takes an address/],
    [['--owner-email', 'mina@shop.example'], /--owner-email goes with --no-demo/],
    [['--udp-port', '65536'], /--udp-port takes a port number/],
    [['--udp-port', '65535', '--media-processes', '2'], /leaves no room for 2 media processes/],
    [['--public-ip', 'shop.example'], /--public-ip takes up to 4 addresses/],
    [['--public-ip', '0.0.0.0'], /--public-ip takes/],
    [['--public-ip', '1.2.3.4,'], /--public-ip takes/],
    [['--public-ip', 'fe80::1%eth0'], /--public-ip takes/],
    [['--public-ip', '1.1.1.1,1.1.1.2,1.1.1.3,1.1.1.4,1.1.1.5'], /--public-ip takes/],
    [['--media-processes', '0'], /--media-processes takes a number from 1 to 16/],
    [['--media-processes', '17'], /--media-processes takes/],
    [['--media-processes', '1.5'], /--media-processes takes/],
    [['--trust-port', '9000'], /--trust-port goes with --https/],
    [['--https', '--trust-port', '8080'], /--trust-port 8080 is the port of something else/],
    [['--https', '--port', '1934'], /--trust-port 1935 is the port of something else/],
  ])('refuses %j in one sentence', (args, sentence) => {
    expect(wrong(...args)).toMatch(sentence)
    expect(wrong(...args)).not.toContain('\n')
  })

  it.each([
    '', 'stun:', 'http://u:s3cret@a.example', 'turn:a.example', 'turn:u:s3cret@', '[', '[]', '{}',
    'stun:a.example:0', 'stun:a.example:70000', 'stun:u:s3cret@a.example', 'stun:[1.2.3]:1',
    'stun:a.example?transport=udp', 'stun:a b.example', Array(9).fill('stun:a.example').join(','),
    '[{"urls":"turn:a.example","username":"u"}]', '[{"urls":[]}]', '[{"urls":5}]', '[null]',
    '[{"urls":"stun:a.example","credentialType":"s3cret"}]', `turn:u:${'x'.repeat(300)}@a.example`,
  ])('refuses %j as ICE servers and repeats nothing of it', (text) => {
    expect(wrong('--ice-servers', text)).toMatch(/^--ice-servers takes up to 8 servers such as/)
    expect(wrong('--ice-servers', text)).not.toContain('s3cret')
  })

  it('does not repeat a database address, which may hold a password', () => {
    expect(wrong('--database-url', 'mysql://root:s3cret@db/x')).toMatch(/^--database-url takes/)
    expect(wrong('--database-url', 'mysql://root:s3cret@db/x')).not.toContain('s3cret')
  })
})

describe('preflight', () => {
  it('refuses an older Node', () => {
    expect(() => checkNode('26.0.0')).not.toThrow()
    expect(() => checkNode('24.9.1')).toThrow(/runs on Node 26, and this is 24\.9\.1/)
  })

  it('refuses a folder below a file, one that is a file, and a system folder', () => {
    const file = join(makeFolder(), 'file')
    writeFileSync(file, '')
    const cases = [[file, 'a file of that name'], [join(file, 'x'), 'is a file, not a folder'],
      ['/proc/silkcast/x', 'takes no files']] as const
    for (const [path, why] of cases) {
      expect(() => checkFolder(path)).toThrow(Refused)
      expect(() => checkFolder(path)).toThrow(why)
    }
  })

  it('refuses a folder that this user may not write', () => {
    const folder = makeFolder()
    chmodSync(folder, 0o500)
    const isRoot = process.getuid?.() === 0
    // Root may write anywhere, so it is somebody else for this one.
    if (isRoot) process.seteuid?.(65_534)
    try {
      expect(() => checkFolder(join(folder, 'data'))).toThrow(/this user may not write there/)
    } finally {
      if (isRoot) process.seteuid?.(0)
    }
  })

  it('refuses a disk with less than 300 MB, not one with more', () => {
    const free = (megabytes: number) => () => ({ bavail: megabytes * 250, bsize: 4000 })
    expect(() => checkFolder(makeFolder(), free(299))).toThrow(/is full: 299 MB are free/)
    const folder = makeFolder()
    checkFolder(folder, free(300))
    expect(readdirSync(folder)).toEqual([])
  })

  it('takes the newer ffmpeg, and says which package is missing when there is none', async () => {
    const folder = makeFolder()
    const fake = (name: string, version: string) => {
      const path = join(folder, name)
      const script = `#!/bin/sh\necho "ffmpeg version ${version} Copyright"\n`
      writeFileSync(path, script, { mode: 0o755 })
      return path
    }
    const [old, recent, odd] = [fake('a', '4.1.2'), fake('b', '7.1-3'), fake('c', 'N-1234-gabc')]
    expect(await findFfmpeg(old, recent)).toBe(recent)
    expect(await findFfmpeg(recent, old)).toBe(recent)
    expect(await findFfmpeg(old, join(folder, 'none'))).toBe(old)
    expect(await findFfmpeg(old, odd)).toBe(odd)
    expect(await findFfmpeg('', join(folder, 'none'))).toBeUndefined()
    expect(() => checkFfmpeg(undefined))
      .toThrow(/@ffmpeg-installer\/\w+-\w+ is not installed.*--no-demo/)
  })

  it('finds ports that are all different', async () => {
    expect(new Set(await findFreePorts(20)).size).toBe(20)
  })
})

describe('secrets', () => {
  it('are made once, closed to others, and completed when one is missing', () => {
    const folder = makeFolder()
    const path = join(folder, 'keys.json')
    const first = openSecrets(folder)
    expect(openSecrets(folder)).toEqual(first)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(first.payKey.length).toBeGreaterThanOrEqual(43)
    writeFileSync(path, JSON.stringify({ payKey: first.payKey }))
    expect(openSecrets(folder).payKey).toBe(first.payKey)
    writeFileSync(path, '{ broken')
    expect(() => openSecrets(folder)).toThrow(/keys\.json cannot be read/)
  })
})

describe('logs', () => {
  it('never keep more than three files', () => {
    const folder = makeFolder()
    const file = openLineFile(folder, 'server', 1000)
    for (let at = 0; at < 200; at++) file.write(`${at} ${'x'.repeat(60)}`)
    file.close()
    file.write('after the end')
    expect(readdirSync(folder).sort()).toEqual(['server.log', 'server.log.1', 'server.log.2'])
    for (const name of readdirSync(folder)) {
      expect(statSync(join(folder, name)).size).toBeLessThan(1100)
    }
    expect(readFileSync(join(folder, 'server.log'), 'utf8')).toMatch(/199 x+\n$/)
  })

  it('show a line of a child briefly, and never its control characters', () => {
    const line = {
      level: 50, time: 1, pid: 2, hostname: 'h', msg: 'a\u001b[31m\u0007', who: 'x'.repeat(900),
    }
    const { level, text } = readPinoLine(line)
    expect(level).toBe('error')
    expect(text.startsWith('a?[31m? who=xxx')).toBe(true)
    expect(text.length).toBeLessThan(300)
    expect(readPinoLine({ level: 'odd', msg: 5 }).level).toBe('info')
  })
})

describe('endings', () => {
  it('say what happened, and that it was memory when it was', () => {
    const end = (code: number | null, by: NodeJS.Signals | null, ...words: string[]) =>
      describeEnd('media', { code, by, words })
    expect(end(null, 'SIGABRT', 'FATAL ERROR: Limit - JavaScript heap out of memory').sentence)
      .toMatch(/used up the memory it may have/)
    expect(end(null, 'SIGKILL'))
      .toMatchObject({ isMemory: true, sentence: /this machine has no memory left/ })
    expect(end(1, null, 'spawn ENOMEM').isMemory).toBe(true)
    expect(end(1, null, '  at x (y)', 'RangeError: too far', 'Node.js v26').sentence)
      .toBe('The media process ended with code 1: RangeError: too far.')
    expect(end(0, null).sentence).toBe('The media process ended with code 0.')
  })

  it('wait longer each time for a child that dies young', () => {
    expect([0, 1, 2, 3, 6, 50].map(waitBeforeAgain)).toEqual([0, 200, 400, 800, 5000, 5000])
  })
})

describe('banner', () => {
  const address = (one: string, internal = false) =>
    [{ family: 'IPv4', address: one, internal }] as never
  const facts = {
    publicUrl: 'https://shop.example', isPublic: true, host: '0.0.0.0', httpPort: 8080,
    rtmpPort: 1935, dataDir: '/data', databaseDir: undefined, ready: { ready: true },
    seconds: 2.345,
  }

  it('names the address that a phone would use', () => {
    const found = lanAddress({ lo: address('127.0.0.1', true), docker0: address('172.17.0.1'),
      wifi: address('192.168.1.20'), other: address('100.64.0.2') })
    expect(found).toBe('192.168.1.20')
    expect(lanAddress({ lo: address('127.0.0.1', true) })).toBeUndefined()
  })

  const tls = { caPath: '/data/tls/a.crt', fingerprint: 'AB:'.repeat(32).slice(0, -1),
    trustPort: 8081 }

  it('says where to learn to trust us, what to compare, and shows it to a camera', () => {
    const text = makeBanner({
      ...facts, isPublic: false, publicUrl: 'https://localhost:8080', tls, lan: '192.168.1.20',
    })
    expect(text).toContain('Phone      https://192.168.1.20:8080/')
    expect(text).toContain('Trust      http://192.168.1.20:8081/trust')
    expect(text.match(/^ {13}(?:AB:){7}AB:?$/gm)).toHaveLength(4)
    expect(text).toContain('Authority  /data/tls/a.crt')
    const picture = text.split('\n').filter((row) => /[█▀▄]/.test(row))
    expect(picture.length).toBeGreaterThan(12)
    expect(text.length / text.split('\n').length).toBeLessThan(100)
    const coloured = makeBanner({ ...facts, isPublic: false, tls, lan: '192.168.1.20' }, true)
    expect(coloured).toContain('\u001b[97;40m█')
  })

  it('shows no camera a page that it cannot reach', () => {
    for (const more of [{ host: '127.0.0.1', isPublic: false }, { isPublic: true }]) {
      expect(makeBanner({ ...facts, ...more, tls, lan: '192.168.1.20' })).not.toMatch(/[█▀▄]/)
    }
  })

  it('prints only what there is', () => {
    const text = makeBanner(facts)
    expect(text).toContain('Silkcast is ready in 2.3 s')
    expect(text).toContain('RTMP       rtmp://shop.example:1935/live')
    const absent = ['Phone', 'Authority', 'Trust', '█', 'Demo', 'Sign in', 'Database',
      'undefined', '\u001b']
    for (const one of absent) {
      expect(text).not.toContain(one)
    }
    const ready = { demo: { signIn: 7, room: 'r' } }
    expect(makeBanner({ ...facts, databaseDir: '/var/lib/x', ready }))
      .toMatch(/Demo show {2}r\n[^]*Database {3}\/var\/lib\/x/)
  })
})
