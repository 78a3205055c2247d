import type { RoomSnapshot } from '#stage/gateway/contract'

/** A room in which nothing is on stage yet. */
export const emptyRoom: RoomSnapshot = {
  show: {
    id: 'sho_0', slug: 'sim', title: 'Sim', merchant: 'Sim', state: 'live', signal: 'receiving',
    startsAtMs: 0, endedAtMs: null, saleStopped: false, isDemo: false, hasReplay: false,
  },
  pinned: null, pinnedMediaMs: null, offer: null, inStock: {}, chat: [], viewers: 0,
  demoViewers: 0, lineUp: [],
}
