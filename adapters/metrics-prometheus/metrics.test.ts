import { Compile } from 'typebox/compile'
import { expect, test } from 'vitest'
import { MediaMetrics } from '#stage/media/contract'
import { makeMetrics, makeMetricsGate, type MetricsSources } from './index.ts'

const showId = 'sho_01jzzzzzzzzzzzzzzzzzzzzzzz'
const media: MediaMetrics = {
  upSeconds: 12, cpuSeconds: 3.5, memoryBytes: 9_000_000, receiving: 1, publishers: 1,
  shows: [{
    showId,
    health: { transport: 'rtmp', kbps: 2_900, partsWritten: 40, partsLate: 2, viewersHls: 7 },
  }],
}
const sources = (more: Partial<MetricsSources> = {}): MetricsSources => ({
  gateway: () => ({ connections: 5, rooms: 1, tickMs: 50, sampledAway: 0 }),
  ordersWaiting: () => 3,
  quality: () => ({ visits: 4, shows: 1 }),
  openPayments: async () => ({ created: 2, challenge: 0, unknown: 1 }),
  outbox: async () => ({ written: 99, lagMs: { desk: 1_500 } }),
  media: async () => media,
  ...more,
})

function begin() {
  let nowMs = 0
  const metrics = makeMetrics({ steadyMs: () => nowMs })
  const read = (more?: Partial<MetricsSources>) => {
    nowMs += 1_001
    return metrics.read(sources(more))
  }
  return { ...metrics, read, share: () => metrics.read(sources()) }
}

/** Every line is a comment or `name{labels} value`, and no name is described twice. */
function expectWellFormed(text: string): void {
  const described = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name)
  expect(new Set(described).size).toBe(described.length)
  const label = String.raw`[a-z_]\w*="(?:[^"\\\n]|\\.)*"`
  const labels = String.raw`\{${label}(?:,${label})*\}`
  const line = new RegExp(String.raw`^[a-z_:][\w:]*(?:${labels})? (?:-?\d\S*|Nan)$`)
  const odd = text.split('\n')
    .filter((one) => one !== '' && !one.startsWith('#') && !line.test(one))
  expect(odd).toEqual([])
}

test('what every part tells is there, with its process', async () => {
  const { meter, read } = begin()
  meter.http('/api/me', 'GET', 200, 12)
  meter.http(undefined, 'GET', 404, 1)
  meter.order('placed')
  meter.order('trade.stock.sold_out')
  meter.batch(12, 8)
  meter.payment('captured')
  const text = await read()
  expectWellFormed(text)
  for (const line of [
    'silkcast_http_requests_total{route="/api/me",method="GET",status="200",process="server"} 1',
    'silkcast_http_requests_total{route="none",method="GET",status="404",process="server"} 1',
    'silkcast_orders_total{code="placed",process="server"} 1',
    'silkcast_orders_total{code="trade.stock.sold_out",process="server"} 1',
    'silkcast_order_batch_size_count{process="server"} 1',
    'silkcast_payments_total{state="captured",process="server"} 1',
    'silkcast_payments_open{state="unknown",process="server"} 1',
    'silkcast_outbox_facts{process="server"} 99',
    'silkcast_outbox_lag_seconds{listener="desk",process="server"} 1.5',
    'silkcast_gateway_connections{process="server"} 5',
    'silkcast_gateway_tick_seconds{process="server"} 0.05',
    'silkcast_orders_waiting{process="server"} 3',
    'silkcast_quality_visits{process="server"} 4',
    'silkcast_media_up{process="media"} 1',
    'silkcast_media_cpu_seconds_total{process="media"} 3.5',
    `silkcast_media_ingest_kbps{process="media",show="${showId}"} 2900`,
    `silkcast_media_viewers{process="media",show="${showId}",transport="hls"} 7`,
  ]) expect(text.split('\n')).toContain(line)
  expect(text).toContain('process_cpu_seconds_total{process="server"}')
  expect(text).toContain('nodejs_eventloop_lag_p99_seconds{process="server"}')
  // What nobody told has no sample.
  expect(text).not.toContain(`silkcast_media_pli_total{`)
})

test('a part that does not answer leaves its figures out and is never an error', async () => {
  const { read } = begin()
  await read()
  const fail = async () => { throw new Error('down') }
  const text = await read({ media: fail, openPayments: fail, outbox: fail })
  expectWellFormed(text)
  expect(text).toContain('silkcast_media_up{process="media"} 0')
  expect(text).not.toContain('silkcast_media_ingest_kbps{')
  expect(text).not.toContain('silkcast_payments_open{')
  expect(text).toContain('silkcast_gateway_connections{process="server"} 5')
})

test('a show that is over leaves no series behind', async () => {
  const { read } = begin()
  expect(await read()).toContain(showId)
  expect(await read({ media: async () => ({ ...media, receiving: 0, shows: [] }) }))
    .not.toContain(showId)
})

test('hostile labels stay labels, and there are never more than so many', async () => {
  const { meter, read } = begin()
  for (const odd of ['a"} 1\nevil 2', 'x\ny', '', 'é', 'x'.repeat(500), '{{', '\\', '__proto__']) {
    meter.http(odd, odd, 200, 1)
    meter.order(odd)
    meter.payment(odd)
  }
  for (let n = 0; n < 5_000; n++) {
    meter.http(`/guess/${n}`, 'GET', 404, 1)
    meter.order(`code.${n}`)
  }
  const text = await read()
  expectWellFormed(text)
  expect(text).not.toMatch(/^evil/m)
  expect(text.match(/^silkcast_orders_total\{/gm)!.length).toBeLessThanOrEqual(101)
  expect(text.match(/^silkcast_http_requests_total\{/gm)!.length).toBeLessThanOrEqual(210)
})

test('figures of the media process are judged by the contract: names and number of shows', () => {
  const schema = Compile(MediaMetrics)
  const show = media.shows[0]!
  expect(schema.Check(media)).toBe(true)
  for (const odd of [
    { ...media, shows: [{ ...show, showId: 'x"} 1\nevil 2' }] },
    { ...media, shows: Array.from({ length: 51 }, () => show) },
    { ...media, shows: [{ ...show, health: { kbps: 'many' } }] },
    { ...media, more: 1 }, null, [], 'text',
  ]) expect(schema.Check(odd)).toBe(false)
})

test('readers within a second share one answer', async () => {
  const { read, share } = begin()
  const first = read()
  expect(share()).toBe(first)
  expect(read()).not.toBe(first)
  await first
})

const token = 'a-token-of-some-length'
test.each([
  ['this machine', '127.0.0.1', {}, true],
  ['this machine, IPv6', '::1', {}, true],
  ['this machine, mapped', '::ffff:127.0.0.1', {}, true],
  ['a private network', '192.168.7.7', {}, true],
  ['a private IPv6 network', 'fd12:3456::1', {}, true],
  ['the internet', '8.8.8.8', {}, false],
  ['just beside a private network', '172.32.0.1', {}, false],
  ['the internet, IPv6', '2001:db8::1', {}, false],
  ['no address', '', {}, false],
  ['a proxy', '127.0.0.1', { 'x-forwarded-for': '127.0.0.1' }, false],
  ['another proxy', '127.0.0.1', { forwarded: 'for=10.0.0.1' }, false],
  ['a proxy with an empty header', '10.0.0.1', { 'x-real-ip': '' }, false],
  ['a page of another site', '127.0.0.1', { 'sec-fetch-site': 'cross-site' }, false],
  ['the token from anywhere', '8.8.8.8', { authorization: `Bearer ${token}` }, true],
  ['the token through a proxy', '127.0.0.1',
    { authorization: `Bearer ${token}`, 'x-forwarded-for': '8.8.8.8' }, true],
  ['a wrong token', '127.0.0.1', { authorization: `Bearer ${token}x` }, false],
  ['no scheme', '8.8.8.8', { authorization: token }, false],
  ['an empty token', '8.8.8.8', { authorization: 'Bearer ' }, false],
])('%s', (_what, address, headers, may) => {
  expect(makeMetricsGate(token)(address, headers)).toBe(may)
})

test('without a token in the settings no token opens', () => {
  for (const authorization of ['Bearer ', 'Bearer undefined', 'Bearer', '']) {
    expect(makeMetricsGate(undefined)('8.8.8.8', { authorization })).toBe(false)
  }
})
