import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { MediaMetrics } from '#stage/media/contract'
import { makeLabels } from './labels.ts'
import { makeMediaGauges } from './media.ts'

export { makeMetricsGate } from './gate.ts'

/** What the server's parts tell while they work. */
export interface Meter {
  /** One request was answered; `route` is the pattern, never the address. */
  http(route: string | undefined, method: string, status: number, tookMs: number): void
  /** One order got its answer: `placed`, or the code of its refusal. */
  order(code: string): void
  batch(orders: number, tookMs: number): void
  /** A payment came to this state. */
  payment(state: string): void
}

/** What is asked when somebody reads. One that fails leaves its figures out. */
export interface MetricsSources {
  gateway(): { connections: number; rooms: number; tickMs: number; sampledAway: number }
  ordersWaiting(): number
  quality(): { visits: number; shows: number }
  openPayments(): Promise<Readonly<Record<string, number>>>
  outbox(): Promise<{ written: number; lagMs: Readonly<Record<string, number>> }>
  /** Throws while the media process does not answer. */
  media(): Promise<MediaMetrics>
}

export interface Metrics {
  readonly meter: Meter
  /** Prometheus text format. Several readers within a second share one answer. */
  read(sources: MetricsSources): Promise<string>
  readonly contentType: string
}

const shareMs = 1000
const codesMax = 100
const routesMax = 200

function makeMeters(registry: Registry) {
  const registers = [registry]
  const requests = new Counter({
    name: 'silkcast_http_requests_total', help: 'Requests answered.', registers,
    labelNames: ['route', 'method', 'status'],
  })
  const seconds = new Histogram({
    name: 'silkcast_http_request_seconds', help: 'From a request to its answer.', registers,
    labelNames: ['route'], buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  })
  const orders = new Counter({
    name: 'silkcast_orders_total', help: 'Orders answered, by placed or code of refusal.',
    labelNames: ['code'], registers,
  })
  const size = new Histogram({
    name: 'silkcast_order_batch_size', help: 'Orders in one transaction.', registers,
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
  })
  const batch = new Histogram({
    name: 'silkcast_order_batch_seconds', help: 'One transaction of orders.', registers,
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5],
  })
  const payments = new Counter({
    name: 'silkcast_payments_total', help: 'Payments that came to a state.',
    labelNames: ['state'], registers,
  })
  const routes = makeLabels(routesMax)
  const codes = makeLabels(codesMax)
  const meter: Meter = {
    http(route, method, status, tookMs) {
      const name = routes(route ?? 'none')
      requests.inc({ route: name, method: /^[A-Z]{3,7}$/.test(method) ? method : 'other', status })
      seconds.observe({ route: name }, tookMs / 1000)
    },
    order: (code) => orders.inc({ code: codes(code) }),
    batch(count, tookMs) {
      size.observe(count)
      batch.observe(tookMs / 1000)
    },
    payment: (state) => payments.inc({ state: codes(state) }),
  }
  return meter
}

const gauge = (registry: Registry, name: string, help: string, labelNames: string[] = []) =>
  new Gauge({ name: `silkcast_${name}`, help, labelNames, registers: [registry] })

function makeServerGauges(registry: Registry) {
  const connections = gauge(registry, 'gateway_connections', 'Sockets and streams of events.')
  const rooms = gauge(registry, 'gateway_rooms', 'Shows with somebody in them.')
  const tick = gauge(registry, 'gateway_tick_seconds', 'Length of a tick now.')
  const sampled = gauge(registry, 'gateway_lines_sampled_away', 'Chat lines left out, open rooms.')
  const waiting = gauge(registry, 'orders_waiting', 'Orders that wait for a transaction.')
  const visits = gauge(registry, 'quality_visits', 'Visits whose quality is counted.')
  const open = gauge(registry, 'payments_open', 'Payments without an end, by state.', ['state'])
  const written = gauge(registry, 'outbox_facts', 'Number of the last fact written.')
  const lag = gauge(registry, 'outbox_lag_seconds', 'Age of the oldest fact not heard.',
    ['listener'])
  return {
    now(sources: MetricsSources) {
      const { connections: sockets, rooms: opened, tickMs, sampledAway } = sources.gateway()
      connections.set(sockets)
      rooms.set(opened)
      tick.set(tickMs / 1000)
      sampled.set(sampledAway)
      waiting.set(sources.ordersWaiting())
      visits.set(sources.quality().visits)
    },
    payments(counts: Readonly<Record<string, number>> | null) {
      open.reset()
      for (const [state, count] of Object.entries(counts ?? {})) open.set({ state }, count)
    },
    outbox(told: Awaited<ReturnType<MetricsSources['outbox']>> | null) {
      written.reset()
      lag.reset()
      if (!told) return
      written.set(told.written)
      for (const [listener, ms] of Object.entries(told.lagMs)) lag.set({ listener }, ms / 1000)
    },
  }
}

/** The figures of the house for Prometheus: its own, and the media process's beside them. */
export function makeMetrics(clock: { steadyMs(): number }): Metrics {
  const registry = new Registry()
  registry.setDefaultLabels({ process: 'server' })
  collectDefaultMetrics({ register: registry })
  const meter = makeMeters(registry)
  const server = makeServerGauges(registry)
  const media = makeMediaGauges(registry)
  let shared: { text: Promise<string>; untilMs: number } | null = null

  async function collect(sources: MetricsSources): Promise<string> {
    const orNull = <T>(asked: () => Promise<T>): Promise<T | null> =>
      Promise.resolve().then(asked).catch(() => null)
    const [payments, outbox, figures] = await Promise.all([
      orNull(sources.openPayments), orNull(sources.outbox), orNull(sources.media),
    ])
    server.now(sources)
    server.payments(payments)
    server.outbox(outbox)
    media.set(figures)
    return registry.metrics()
  }

  return {
    meter,
    contentType: registry.contentType,
    read(sources) {
      const nowMs = clock.steadyMs()
      if (shared && shared.untilMs > nowMs) return shared.text
      const text = collect(sources)
      shared = { text, untilMs: nowMs + shareMs }
      text.catch(() => { shared = null })
      return text
    },
  }
}
