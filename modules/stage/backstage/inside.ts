import type { GuestId, PersonId, ShowId } from '#kernel'
import type { Answer, Backstage, Layout, MyPlace, StageView } from './contract.ts'
import type { Pictures } from './picture.ts'

export type HandState = 'down' | 'up' | 'invited'

export interface Link {
  readonly guestId: GuestId
  readonly token: string
  readonly expiresAtMs: number
}

/** What the module's routes ask for beyond the contract. */
export interface BackstageInside extends Backstage, Pick<Pictures, 'address' | 'picture'> {
  admit(showId: ShowId, guestId: string): Answer<StageView>
  mute(showId: ShowId, guestId: string, isMuted: boolean): Answer<StageView>
  remove(showId: ShowId, guestId: string): Answer<StageView>
  lay(showId: ShowId, layout: Layout, spotlight: string): Answer<StageView>
  answerHand(
    showId: ShowId, personId: PersonId, by: PersonId, isAccepted: boolean,
  ): Answer<StageView>
  onStage(showId: ShowId): Promise<{ id: string; name: string }[]>
  hand(showId: ShowId, personId: PersonId): Promise<HandState>
  setHand(showId: ShowId, who: { personId: PersonId; name: string }, isUp: boolean):
    Answer<HandState>
  handLink(showId: ShowId, personId: PersonId): Answer<Link>
  look(token: string): Answer<{ showId: string; title: string }>
  enter(token: string, name: string, language: string): Answer<{ key: string; place: MyPlace }>
  me(key: string): Answer<MyPlace>
  speak(key: string): Answer<MyPlace>
  leave(key: string): Answer<MyPlace>
}
