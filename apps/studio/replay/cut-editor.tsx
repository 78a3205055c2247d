import { useState } from 'react'
import type { EditReplay } from '#stage/replay/contract'
import { Button } from '#ui/primitives/button.tsx'
import { TextField } from '#ui/primitives/fields.tsx'
import { useVoice } from '#ui/primitives/toasts.tsx'
import { client, useAct } from '../house.ts'
import { useWords } from '../words.ts'
import { Timeline } from './timeline.tsx'
import { moveEnd, placeText, readPlace, type CutDraft } from './time-text.ts'
import type { Recording } from './use-recording.ts'

const cutOf = (replay: EditReplay): CutDraft =>
  ({ inMs: replay.inMs, outMs: replay.outMs ?? replay.durationMs })

/** An exact place, taken when the field is left or Enter is pressed. */
function PlaceField({ label, value, isDisabled, onPlace }: {
  label: string, value: number, isDisabled: boolean, onPlace: (ms: number) => void
}) {
  const { t } = useWords()
  const [typed, setTyped] = useState<string | null>(null)
  const place = typed === null ? value : readPlace(typed)
  const take = () => {
    if (typed === null || place === null) return
    onPlace(place)
    setTyped(null)
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        take()
      }}
    >
      <TextField
        label={label} value={typed ?? placeText(value)} onChange={setTyped} onBlur={take} dir="ltr"
        isDisabled={isDisabled} maxLength={16}
        error={place === null ? t('studio.replay.place_wrong') : undefined}
      />
    </form>
  )
}

/** What viewers see of the recording: by hand on the timeline, by key, or to the millisecond. */
export function CutEditor({ showId, replay, recording, canRun, onSaved }: {
  showId: string, replay: EditReplay, recording: Recording, canRun: boolean,
  onSaved: (replay: EditReplay) => void
}) {
  const { t } = useWords()
  const { toast } = useVoice()
  const [draft, setDraft] = useState<CutDraft | null>(null)
  const kept = cutOf(replay)
  const cut = draft ?? kept
  const { durationMs } = replay
  const isChanged = cut.inMs !== kept.inMs || cut.outMs !== kept.outMs
  const send = ({ inMs, outMs }: CutDraft) => client.call('PUT /api/shows/:showId/replay/cut', {
    params: { showId }, body: { inMs, outMs: outMs >= durationMs ? null : outMs },
  })
  const save = useAct(send, (saved) => {
    setDraft(null)
    onSaved(saved)
    toast({ text: t('studio.replay.cut_saved') })
  })
  const move = (end: 'in' | 'out', toMs: number) => setDraft(moveEnd(cut, end, toMs, durationMs))
  const isOff = !canRun || save.isPending
  return (
    <section className="cut" aria-label={t('studio.replay.cut')}>
      <Timeline
        replay={replay} cut={cut} atMs={recording.atMs} isDisabled={isOff} onCut={setDraft}
        onSeek={recording.seek}
      />
      {canRun && (
        <div className="cut-tools">
          <PlaceField
            label={t('studio.replay.in')} value={cut.inMs} isDisabled={isOff}
            onPlace={(ms) => move('in', ms)}
          />
          <Button isDisabled={isOff} onPress={() => move('in', recording.atMs)}>
            {t('studio.replay.in_here')}
          </Button>
          <PlaceField
            label={t('studio.replay.out')} value={cut.outMs} isDisabled={isOff}
            onPlace={(ms) => move('out', ms)}
          />
          <Button isDisabled={isOff} onPress={() => move('out', recording.atMs)}>
            {t('studio.replay.out_here')}
          </Button>
          <span className="cut-length quiet">
            {t('studio.replay.length', { length: placeText(cut.outMs - cut.inMs) })}
          </span>
          {isChanged && (
            <Button kind="quiet" onPress={() => setDraft(null)}>{t('studio.replay.undo')}</Button>
          )}
          <Button
            kind="primary" isDisabled={!isChanged} isBusy={save.isPending}
            onPress={() => save.mutate(cut)}
          >{t('studio.replay.save_cut')}</Button>
        </div>
      )}
    </section>
  )
}
