import type { QueryExecutorProvider } from 'kysely'
import { ok, refuse, secretToken, type Clock, type Fact, type GuestId, type Ids, type Log,
  type PersonId, type Random, type ShowId, type Transactor, type WriteFacts } from '#kernel'
import {
  backstageLimits, type Answer, type BackstageRefusal, type MyPlace, type StageControl,
  type StageView,
} from './contract.ts'
import type { BackstageInside, Link } from './inside.ts'
import { admit, cleanName, go, hashOf, insideOf, lay, mute, onStageOf, speak, toGuest, toList,
  toStageGuest, type Decision, type GuestRow, type StageRow } from './model.ts'
import { makePictures } from './picture.ts'
import * as store from './store.ts'

export { makeBackstageRoutes } from './routes.ts'

export interface BackstageDeps<Tx extends QueryExecutorProvider> {
  readonly database: Transactor<Tx> & { readonly kysely: QueryExecutorProvider }
  readonly writeFacts: WriteFacts<Tx>
  readonly clock: Clock
  readonly ids: Ids
  readonly random: Random
  readonly log: Log
  readonly media: StageControl
  /** The show as guests read it; null: no such show. */
  readonly shows: {
    read(showId: ShowId): Promise<{ slug: string; title: string; state: string } | null>
  }
}

const HOUR_MS = 3_600_000
const { invitationHours, secretBytes, openInvitationsMax, handsMax, insideMax } = backstageLimits

interface Locked { readonly stage: StageRow; readonly guests: readonly GuestRow[] }

/** The stage beside the host: who is invited, who waits, who is on it, and how it looks. */
export function makeBackstage<Tx extends QueryExecutorProvider>(
  deps: BackstageDeps<Tx>,
): BackstageInside {
  const { database, clock, ids, random, media, log } = deps
  const { kysely } = database
  const isOpen = async (showId: ShowId) =>
    ((await deps.shows.read(showId))?.state ?? 'ended') !== 'ended'
  const makeSecret = () => secretToken(random, secretBytes)

  const fact = (name: NonNullable<Decision['fact']>, showId: ShowId, guestId: string): Fact => ({
    id: ids.make('fct'), name, version: 1, aggregate: showId, atMs: clock.nowMs(),
    payload: { showId, guestId },
  })

  const readStage = async (showId: ShowId) => ({
    stage: await store.selectStage(kysely, showId),
    guests: await store.selectGuests(kysely, showId, clock.nowMs()),
  })

  /** Who sends a line; null when the media process cannot be asked. */
  async function readSenders(showId: ShowId): Promise<string[] | null> {
    try {
      return await media.readSenders(showId)
    } catch {
      return null
    }
  }

  async function readView(showId: ShowId): Promise<StageView> {
    const { stage, guests } = await readStage(showId)
    return {
      senders: insideOf(guests).length > 0 ? await readSenders(showId) : [],
      revision: Number(stage?.revision ?? 0), layout: stage?.layout ?? 'side',
      spotlight: stage?.spotlight ?? 'host', guests: guests.map(toGuest),
      hands: await store.selectHands(kysely, showId, handsMax),
    }
  }

  /** Tells the media process who is on stage now; what fails is owed. */
  async function settle(showId: ShowId): Promise<void> {
    const { stage, guests } = await readStage(showId)
    if (!stage) return
    const list = toList(stage, guests, (await store.selectPicture(kysely, showId))?.round)
    try {
      await media.setStage(showId, list)
      await store.clearOwed(kysely, showId, list.revision)
    } catch (error) {
      log.warn('backstage.media_unreachable', { showId, error: String(error) })
    }
  }

  /** One stage, locked, decided on, written with its fact; the media process hears of it after. */
  async function change(
    showId: ShowId, decide: (locked: Locked, tx: Tx) =>
      Decision | BackstageRefusal | Promise<Decision | BackstageRefusal>,
  ): Promise<BackstageRefusal | null> {
    if (!await isOpen(showId)) return 'stage.backstage.show_over'
    const nowMs = clock.nowMs()
    const refused = await database.transaction(async (tx) => {
      const stage = await store.lockStage(tx, showId)
      const guests = await store.selectGuests(tx, showId, nowMs)
      const decision = await decide({ stage, guests }, tx)
      if (typeof decision === 'string') return decision
      if (Object.keys(decision).length === 0) return null
      await store.apply(tx, showId, decision, nowMs)
      const about = decision.guest?.id
      if (decision.fact && about) await deps.writeFacts(tx, [fact(decision.fact, showId, about)])
      return null
    })
    if (refused === null) await settle(showId)
    return refused
  }

  const act = async (showId: ShowId, decide: Parameters<typeof change>[1]): Answer<StageView> => {
    const refused = await change(showId, decide)
    return refused ? refuse(refused) : ok(await readView(showId))
  }

  /** The invitation and its fact, within a change. */
  async function addInvitation(
    { guests }: Locked, tx: Tx, showId: ShowId, by: PersonId,
    made: Link, from?: { personId: PersonId; name: string },
  ): Promise<Decision | BackstageRefusal> {
    const open = guests.filter(({ state }) => state === 'invited').length
    if (open >= openInvitationsMax) return 'stage.backstage.too_many'
    await store.insertGuest(tx, {
      id: made.guestId, showId, tokenHash: hashOf(made.token), name: from?.name ?? '',
      personId: from?.personId ?? null, by, nowMs: clock.nowMs(), expiresAtMs: made.expiresAtMs,
    })
    return { guest: { id: made.guestId }, fact: 'GuestInvited' }
  }

  const makeLink = (): Link => ({
    guestId: ids.make('gst') as GuestId, token: makeSecret(),
    expiresAtMs: clock.nowMs() + invitationHours * HOUR_MS,
  })

  async function placeOf(guest: GuestRow): Promise<MyPlace> {
    const showId = guest.show_id as ShowId
    const [show, { stage, guests }] = [await deps.shows.read(showId), await readStage(showId)]
    const isOver = (show?.state ?? 'ended') === 'ended'
    const others = onStageOf(guests).filter(({ id }) => id !== guest.id)
    return {
      guestId: guest.id, showId, slug: show?.slug ?? '', title: show?.title ?? '',
      name: guest.name, state: isOver && guest.state !== 'removed' ? 'over' : guest.state,
      mute: guest.mute, isInSpotlight: stage?.spotlight === guest.id,
      others: guest.state === 'on_stage' ? others.map(({ id, name }) => ({ id, name })) : [],
    }
  }

  const me = async (key: string): Answer<MyPlace> => {
    const guest = await store.selectByKey(kysely, hashOf(key))
    return guest ? ok(await placeOf(guest)) : refuse('stage.backstage.key_unknown')
  }

  /** An act of the guest on themselves, while they are inside. */
  const actAs = async (
    key: string, decide: (guest: GuestRow, locked: Locked) => Decision | BackstageRefusal,
  ): Answer<MyPlace> => {
    const known = await store.selectByKey(kysely, hashOf(key))
    if (!known) return refuse('stage.backstage.key_unknown')
    const refused = await change(known.show_id as ShowId, (locked) => {
      const guest = insideOf(locked.guests).find(({ id }) => id === known.id)
      return guest ? decide(guest, locked) : 'stage.backstage.key_unknown'
    })
    return refused ? refuse(refused) : me(key)
  }

  const hand: BackstageInside['hand'] = async (showId, personId) => {
    if (await store.selectInvited(kysely, showId, personId, clock.nowMs())) return 'invited'
    return await store.isHandUp(kysely, showId, personId) ? 'up' : 'down'
  }

  const pictures = makePictures<Tx>({ kysely, makeSecret, isOpen, change, read: readStage })

  return {
    me, hand, address: pictures.address, picture: pictures.picture,
    async identify(key) {
      const guest = await store.selectByKey(kysely, hashOf(key))
      if (!guest) return pictures.holderOf(key)
      if (insideOf([guest]).length === 0) return null
      const showId = guest.show_id as ShowId
      const stage = await store.selectStage(kysely, showId)
      if (!stage || !await isOpen(showId)) return null
      return { showId, guest: { ...toStageGuest(guest), revision: Number(stage.revision) } }
    },
    async close(showId) {
      const gone = await database.transaction(async (tx) => {
        if (!await store.selectStage(tx, showId)) return 0
        await store.lockStage(tx, showId)
        const ended = await store.endAll(tx, showId, clock.nowMs())
        if (ended.length === 0) return 0
        await store.apply(tx, showId, { stage: { spotlight: 'host' } }, clock.nowMs())
        await deps.writeFacts(tx, ended.map((id) => fact('GuestLeft', showId, id)))
        return ended.length
      })
      if (gone > 0) await settle(showId)
    },
    async sweep() {
      for (const showId of await store.selectOwed(kysely, 20)) await settle(showId)
    },
    async read(showId) {
      return await deps.shows.read(showId) ? ok(await readView(showId))
        : refuse('stage.backstage.show_over')
    },
    async invite(showId, by) {
      const made = makeLink()
      const refused = await change(showId, (locked, tx) =>
        addInvitation(locked, tx, showId, by, made))
      return refused ? refuse(refused) : ok(made)
    },
    admit: (showId, guestId) => act(showId, ({ guests }) => admit(guests, guestId)),
    mute: (showId, guestId, isMuted) =>
      act(showId, ({ guests }) => mute(guests, guestId, isMuted)),
    remove: (showId, guestId) =>
      act(showId, ({ stage, guests }) => go(stage, guests, guestId, 'removed')),
    lay: (showId, layout, spotlight) =>
      act(showId, ({ stage, guests }) => lay(stage, guests, layout, spotlight)),
    answerHand: (showId, personId, by, isAccepted) => act(showId, async (locked, tx) => {
      const name = await store.lowerHand(tx, showId, personId)
      if (name === null) return 'stage.backstage.guest_unknown'
      return isAccepted
        ? addInvitation(locked, tx, showId, by, makeLink(), { personId, name }) : { stage: {} }
    }),
    async onStage(showId) {
      const guests = await store.selectGuests(kysely, showId, clock.nowMs())
      return onStageOf(guests).map(({ id, name }) => ({ id, name }))
    },
    async setHand(showId, { personId, name }, isUp) {
      if (!await isOpen(showId)) return refuse('stage.backstage.show_over')
      if (!isUp) await store.lowerHand(kysely, showId, personId)
      else if (await hand(showId, personId) === 'down') {
        const nowMs = clock.nowMs()
        await store.raiseHand(kysely, {
          showId, personId, name: cleanName(name), nowMs, most: handsMax,
        })
      }
      return ok(await hand(showId, personId))
    },
    async handLink(showId, personId) {
      const invited = await store.selectInvited(kysely, showId, personId, clock.nowMs())
      if (!invited || !await isOpen(showId)) return refuse('stage.backstage.not_invited')
      const token = makeSecret()
      await store.renewToken(kysely, invited.id, hashOf(token))
      const expiresAtMs = Number(invited.expires_at_ms)
      return ok({ guestId: invited.id as GuestId, token, expiresAtMs })
    },
    async look(token) {
      const guest = await store.selectByToken(kysely, hashOf(token), clock.nowMs())
      const show = guest && await deps.shows.read(guest.show_id as ShowId)
      if (!guest || !show || show.state === 'ended') return refuse('stage.backstage.link_invalid')
      return ok({ showId: guest.show_id, title: show.title })
    },
    async enter(token, typed, language) {
      const name = cleanName(typed)
      if (name === '') return refuse('stage.backstage.name_empty')
      const tokenHash = hashOf(token)
      const invited = await store.selectByToken(kysely, tokenHash, clock.nowMs())
      if (!invited) return refuse('stage.backstage.link_invalid')
      const key = makeSecret()
      const refused = await change(invited.show_id as ShowId, async ({ guests }, tx) => {
        if (insideOf(guests).length >= insideMax) return 'stage.backstage.too_many'
        const entered = await store.enter(tx, {
          tokenHash, keyHash: hashOf(key), name, language, nowMs: clock.nowMs(),
        })
        return entered ? { guest: { id: entered.id } } : 'stage.backstage.link_invalid'
      })
      if (refused) {
        return refuse(refused === 'stage.backstage.show_over'
          ? 'stage.backstage.link_invalid' : refused)
      }
      const place = await me(key)
      return place.ok ? ok({ key, place: place.value }) : place
    },
    speak: (key) => actAs(key, (guest) => speak(guest)),
    leave: (key) => actAs(key, (guest, { stage, guests }) => go(stage, guests, guest.id, 'left')),
  }
}
