import { nobodys, type World, address } from './world.ts'

/** A request that would be taken if the right person sent it. */
export interface Good {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: string
  readonly body?: unknown
  /** Of a raw body. */
  readonly type?: string
}

const scratch = (world: World) => ({ showId: world.scratchShowId })
const ofProduct = (world: World) => ({ productId: world.scratchProduct.id })
const ofGuest = (world: World) => ({ ...scratch(world), guestId: nobodys('gst') })
const ofOrder = () => ({ orderId: nobodys('ord') })
const prices = { DE: { amountMinor: 100, currency: 'EUR' } }

const draft = (world: World) => ({
  title: 'Scratch', description: 'Words', vendor: 'V', kind: 'K', tags: ['a'],
  words: { ar: { title: 'T', description: 'D' } },
  variants: [{
    id: world.scratchProduct.variants[0]!.id, title: 'One', sku: 'SCR-1', gtin: '', weightGrams: 5,
    prices,
  }],
})

/** Every route of the contracts must be here: a new one without its line fails the checks. */
export const good: Readonly<Record<string, (world: World) => Good>> = {
  'GET /api/audit': () => ({ query: 'before=100' }),
  'POST /api/sign-in/link': () => ({ body: { email: 'nobody@example.com' } }),
  'POST /api/sign-in/confirm': () => ({ body: { token: 'x'.repeat(43) } }),
  'POST /api/sign-out': () => ({}),
  'GET /api/me': () => ({}),
  'POST /api/me/visit': () => ({}),
  'PUT /api/me/name': () => ({ body: { displayName: 'Mallory' } }),
  'PUT /api/me/delivery': () => ({
    body: { ...address('Mallory', 'mallory@example.com'), phone: '+49 1', line2: 'b',
      region: 'SN' },
  }),
  'GET /api/markets': () => ({}),
  'GET /api/products': () => ({ query: 'search=tea&archived=false' }),
  'GET /api/products/:productId': (world) => ({ params: ofProduct(world) }),
  'POST /api/products': (world) => ({
    body: { ...draft(world), handle: 'another', variants: [{ title: 'A', sku: 'ANO-1', prices }] },
  }),
  'PUT /api/products/:productId': (world) => ({
    params: ofProduct(world), body: { ...draft(world), version: 1_000_000 },
  }),
  'POST /api/products/:productId/archive': (world) => ({
    params: ofProduct(world), body: { archived: false },
  }),
  'POST /api/products/:productId/pictures': (world) => ({
    params: ofProduct(world), query: 'alt=words', body: 'no picture', type: 'image/png',
  }),
  'DELETE /api/products/:productId/pictures/:pictureId': (world) => ({
    params: { ...ofProduct(world), pictureId: nobodys('pic') },
  }),
  'POST /api/products/import': () => ({ query: 'market=DE', body: 'no table', type: 'text/csv' }),
  'POST /api/products/import/:importId/apply': () => ({ params: { importId: 'unknown' } }),
  'GET /api/stock': () => ({}),
  'PUT /api/stock/:variantId/:warehouseId': (world) => ({
    params: { variantId: world.scratchProduct.variants[0]!.id, warehouseId: nobodys('whs') },
    body: { onHand: 5 },
  }),
  'GET /api/shows/:showId/offers': (world) => ({ params: scratch(world) }),
  'POST /api/shows/:showId/offers': (world) => ({
    params: scratch(world),
    body: { ...ofProduct(world), prices, units: 1, perBuyerCap: 1, seconds: 10 },
  }),
  'POST /api/shows/:showId/offers/:offerId/close': (world) => ({
    params: { ...scratch(world), offerId: nobodys('off') },
  }),
  'POST /api/orders': (world) => ({
    body: {
      key: 'hostile-key-0000001', showId: world.scratchShowId, offerId: null, quantity: 1,
      variantId: world.scratchProduct.variants[0]!.id, market: 'DE', unitAmountMinor: 100,
      deliveryId: world.attacker.deliveryId,
    },
  }),
  'GET /api/orders/mine': () => ({}),
  'POST /api/orders/:orderId/cancel': () => ({ params: ofOrder() }),
  'POST /api/orders/:orderId/pay': () => ({ params: ofOrder() }),
  'POST /api/desk/orders/:orderId/refund': () => ({
    params: ofOrder(), body: { reason: 'because', restock: true },
  }),
  'GET /api/desk/orders': () => ({
    query: `showId=${nobodys('sho')}&state=held&search=a&before=x&limit=5&demo=with`,
  }),
  'GET /api/desk/orders/:orderId': () => ({ params: ofOrder() }),
  'POST /webhooks/sandbox': () => ({ body: '{}', type: 'application/json' }),
  'GET /api/shows': () => ({}),
  'POST /api/shows': () => ({ body: {
    title: 'T', slug: 'scratch', startsAtMs: 0, lineUp: [], renditions: null,
  } }),
  'GET /api/shows/:showId': (world) => ({ params: scratch(world) }),
  'PUT /api/shows/:showId': (world) => ({
    params: scratch(world),
    body: {
      title: 'Scratch', slug: 'scratch', startsAtMs: 0, lineUp: [world.scratchProduct.id],
      renditions: 'audio',
    },
  }),
  'GET /api/shows/:showId/ingest': (world) => ({ params: scratch(world) }),
  'POST /api/shows/:showId/ingest/rotate': (world) => ({ params: scratch(world) }),
  'POST /api/shows/:showId/phone': (world) => ({ params: scratch(world) }),
  'GET /api/rtc': () => ({}),
  'POST /api/rtc/upload-test': () => ({ body: 'bytes', type: 'application/octet-stream' }),
  'POST /api/shows/:showId/go-live': (world) => ({ params: scratch(world) }),
  'POST /api/shows/:showId/end': () => ({ params: { showId: nobodys('sho') } }),
  'GET /api/shows/:showId/stage': (world) => ({ params: scratch(world) }),
  'POST /api/shows/:showId/stage/invitations': (world) => ({ params: scratch(world) }),
  'POST /api/shows/:showId/stage/guests/:guestId/admit': (world) => ({ params: ofGuest(world) }),
  'POST /api/shows/:showId/stage/guests/:guestId/mute': (world) => ({
    params: ofGuest(world), body: { muted: true },
  }),
  'POST /api/shows/:showId/stage/guests/:guestId/remove': (world) => ({ params: ofGuest(world) }),
  'PUT /api/shows/:showId/stage/layout': (world) => ({
    params: scratch(world), body: { layout: 'grid', spotlight: 'host' },
  }),
  'POST /api/shows/:showId/stage/picture': (world) => ({
    params: scratch(world), body: { isNew: false },
  }),
  'POST /api/shows/:showId/stage/hands/:personId': (world) => ({
    params: { ...scratch(world), personId: nobodys('per') }, body: { accept: true },
  }),
  'GET /api/shows/:showId/on-stage': (world) => ({ params: scratch(world) }),
  'GET /api/shows/:showId/hand': (world) => ({ params: scratch(world) }),
  'PUT /api/shows/:showId/hand': (world) => ({ params: scratch(world), body: { up: true } }),
  'POST /api/shows/:showId/hand/link': (world) => ({ params: scratch(world) }),
  'POST /api/stage/look': () => ({ body: { token: 'x'.repeat(32) } }),
  'POST /api/stage/enter': () => ({
    body: { token: 'x'.repeat(32), name: 'Mallory', language: 'en' },
  }),
  'POST /api/stage/me': () => ({ body: { key: 'x'.repeat(32) } }),
  'POST /api/stage/picture': () => ({ body: { key: 'x'.repeat(32) } }),
  'POST /api/stage/speak': () => ({ body: { key: 'x'.repeat(32) } }),
  'POST /api/stage/leave': () => ({ body: { key: 'x'.repeat(32) } }),
  'POST /api/shows/:showId/pin': (world) => ({
    params: scratch(world), body: { productId: null, seenMs: 1 },
  }),
  'POST /api/shows/:showId/sale': (world) => ({ params: scratch(world), body: { stopped: false } }),
  'POST /api/shows/:showId/take-over': (world) => ({
    params: scratch(world), body: { directed: false },
  }),
  'GET /api/shows/:showId/replay': (world) => ({ params: scratch(world) }),
  'GET /api/shows/:showId/replay/chat': (world) => ({
    params: scratch(world), query: `fromMs=1000&next=1.${nobodys('msg')}`,
  }),
  'GET /api/shows/:showId/replay/edit': (world) => ({ params: scratch(world) }),
  'PUT /api/shows/:showId/replay/cut': (world) => ({
    params: scratch(world), body: { inMs: 0, outMs: 2000 },
  }),
  'PUT /api/shows/:showId/replay/chapters/:chapterId': (world) => ({
    params: { ...scratch(world), chapterId: nobodys('fct') },
    body: { title: '<b>Tea</b>', isHidden: false },
  }),
  'PUT /api/shows/:showId/replay/public': (world) => ({
    params: scratch(world), body: { isPublic: true },
  }),
  'POST /api/shows/:showId/replay/download': (world) => ({ params: scratch(world) }),
  'DELETE /api/shows/:showId/replay': () => ({ params: { showId: nobodys('sho') } }),
  'GET /api/storage': () => ({}),
  'GET /api/shows/:showId/totals': (world) => ({ params: scratch(world) }),
  'DELETE /api/shows/:showId/chat/:messageId': (world) => ({
    params: { ...scratch(world), messageId: nobodys('msg') },
  }),
  'PUT /api/shows/:showId/muted/:personId': (world) => ({
    params: { ...scratch(world), personId: nobodys('per') }, body: { muted: true },
  }),
  'POST /api/rooms/:showId/say': (world) => ({
    params: scratch(world), body: { t: 'chat', ref: '1', text: 'hello' },
  }),
  'POST /api/quality': (world) => ({
    body: {
      showId: world.scratchShowId, visit: 'hostile-visit-0001', transport: 'hls', rendition: 720,
      startupMs: 900, watchedMs: 9000, stalledMs: 100, stalls: 1, switches: 0, latencyMs: 1500,
      failures: [{ code: 'stalled', count: 1 }],
    },
  }),
  'GET /api/shows/:showId/quality': (world) => ({ params: scratch(world) }),
  'POST /internal/media/authorize': () => ({
    body: { streamKey: 'no-such-key-0000', remoteAddress: '127.0.0.1' },
  }),
  'POST /internal/media/state': (world) => ({
    body: {
      showId: world.scratchShowId, state: 'lost', atMs: 1, problem: 'stage.media.show_ended',
      video: {
        codec: 'avc1.640028', width: 720, height: 1280, fps: 25, kbps: 900, keyframeSeconds: 1,
        hasBFrames: false,
      },
      audio: { codec: 'mp4a.40.2', sampleRate: 48_000, channels: 2 },
      health: {
        transport: 'rtmp', kbps: 900, lossFraction: 0.01, pliCount: 1, nackCount: 1,
        partsWritten: 10, partsLate: 1, viewersHls: 1, viewersWhep: 1, cpuShare: 0.5,
        placesWhep: 200, placesKept: 20, viewersMoved: 1,
      },
    },
  }),
  'POST /internal/demo/sessions': () => ({ body: { shoppers: [] } }),
}
