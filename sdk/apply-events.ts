import type { RoomEvent, RoomSnapshot } from '#stage/gateway/contract'

/** Lines of chat a room keeps on the screen. */
export const chatKept = 200

function applyOne(room: RoomSnapshot, event: RoomEvent, kept: number): RoomSnapshot {
  switch (event.k) {
    case 'show': return { ...room, show: event.show }
    case 'pin': return { ...room, pinned: event.product, pinnedMediaMs: event.mediaMs }
    case 'offer': return { ...room, offer: event.offer }
    case 'left':
      if (room.offer?.id !== event.offerId) return room
      return { ...room, offer: { ...room.offer, left: event.left } }
    case 'stock': return { ...room, inStock: { ...room.inStock, ...event.variants } }
    case 'chat':
      if (room.chat.some((message) => message.id === event.message.id)) return room
      return { ...room, chat: [...room.chat, event.message].slice(-kept) }
    case 'gone':
      return { ...room, chat: room.chat.filter((message) => !event.ids.includes(message.id)) }
    case 'viewers': return { ...room, viewers: event.count, demoViewers: event.demo }
    default: return room
  }
}

/** The room after these events. Pure; hearing an event twice changes nothing, and kinds that an
 *  older page does not know leave the room as it is. */
export function applyEvents(
  room: RoomSnapshot, events: readonly RoomEvent[], kept = chatKept,
): RoomSnapshot {
  return events.reduce((before, event) => applyOne(before, event, kept), room)
}
