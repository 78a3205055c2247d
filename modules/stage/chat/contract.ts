import Type, { type Static } from 'typebox'
import {
  idPattern,
  type Api,
  type MessageId,
  type PersonId,
  type RefusalDoc,
  type Result,
  type ShowId,
} from '#kernel'

/** Limits: characters; messages per person. */
export const chatLimits = { textLength: 280, perPersonPer10Seconds: 5, historyShown: 50 } as const

/** Every refusal of this module. */
export const refusalCodes = [
  { code: 'stage.chat.empty', status: 422, doc: 'Nothing but blanks.' },
  { code: 'stage.chat.too_long', status: 422, doc: 'Over 280 characters.' },
  {
    code: 'stage.chat.too_fast',
    status: 429,
    doc: 'More than 5 messages in 10 seconds; details.waitSeconds.',
  },
  { code: 'stage.chat.muted', status: 403, doc: 'A moderator has muted this person in this show.' },
  { code: 'stage.chat.unknown', status: 404, doc: 'No such message.' },
  { code: 'stage.chat.closed', status: 409, doc: 'The show has ended.' },
] as const satisfies readonly RefusalDoc[]

/** A code of this module. */
export type ChatRefusal = (typeof refusalCodes)[number]['code']

/** A line of chat. `text` is hostile: always shown as text, never as markup. */
export const MessageSchema = Type.Object({
  id: Type.String(),
  personId: Type.String(),
  name: Type.String(),
  text: Type.String(),
  atMs: Type.Integer(),
  isDemo: Type.Boolean(),
  isStaff: Type.Boolean(),
})
/** See MessageSchema. */
export type Message = Static<typeof MessageSchema>

const Params = { showId: Type.String({ pattern: idPattern('sho') }) }

/** HTTP surface for moderation; people write over the socket (or its HTTP fallback). */
export const api = {
  'DELETE /api/shows/:showId/chat/:messageId': {
    act: 'show.moderate',
    doc: 'Takes a message off every screen.',
    params: Type.Object({ ...Params, messageId: Type.String({ pattern: idPattern('msg') }) }),
    reply: Type.Object({ done: Type.Literal(true) }),
  },
  'PUT /api/shows/:showId/muted/:personId': {
    act: 'show.moderate',
    doc: 'Mutes or unmutes a person in this show; muting takes their messages away.',
    params: Type.Object({ ...Params, personId: Type.String({ pattern: idPattern('per') }) }),
    body: Type.Object({ muted: Type.Boolean() }, { additionalProperties: false }),
    reply: Type.Object({ done: Type.Literal(true) }),
  },
} as const satisfies Api

/** What the gateway and views ask of chat. */
export interface Chat {
  say(input: {
    showId: ShowId
    personId: PersonId
    name: string
    text: string
    isDemo: boolean
    isStaff: boolean
  }): Promise<Result<Message, { code: ChatRefusal; details?: Record<string, string | number> }>>
  latest(showId: ShowId, limit: number): Promise<Message[]>
  /** Lines from one moment to another in the order of saying, removed ones left out; `after`: those
   *  behind this line of the same page before. */
  page(showId: ShowId, page: {
    fromMs: number; toMs: number; limit: number
    after?: { atMs: number; id: string } | undefined
  }): Promise<Message[]>
  remove(showId: ShowId, messageId: MessageId): Promise<boolean>
  setMuted(showId: ShowId, personId: PersonId, muted: boolean): Promise<MessageId[]>
  isMuted(showId: ShowId, personId: PersonId): Promise<boolean>
}
