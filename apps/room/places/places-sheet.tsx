import { useState } from 'react'
import { isLocale, locales, type Locale } from '#ui/locales.ts'
import { Button } from '#ui/primitives/button.tsx'
import { Select, TextField } from '#ui/primitives/fields.tsx'
import { Sheet } from '#ui/primitives/layers.tsx'
import { Notice } from '#ui/patterns/messages.tsx'
import { ownLanguageName } from '#ui/words.tsx'
import { useHouse, useRoom } from '../context.ts'
import { useWords } from '../words.ts'

function NameForm() {
  const { t, refusal } = useWords()
  const house = useHouse()
  const current = useRoom(({ me }) => me?.displayName ?? '')
  const [name, setName] = useState(current)
  const [outcome, setOutcome] = useState<{ isGood: boolean, text: string } | null>(null)
  const save = async () => {
    const answer = await house.rename(name.trim())
    setOutcome(answer.ok ? { isGood: true, text: t('room.name.saved') }
      : { isGood: false, text: refusal(answer.refusal) })
  }
  return (
    <form className="form" onSubmit={(event) => { event.preventDefault(); void save() }}>
      <TextField
        label={t('room.name.label')} hint={t('room.name.hint')} value={name} maxLength={40}
        autoComplete="nickname" onChange={setName}
      />
      {outcome && <Notice kind={outcome.isGood ? 'good' : 'bad'}>{outcome.text}</Notice>}
      <div>
        <Button type="submit" isDisabled={!name.trim() || name.trim() === current}>
          {t('action.save')}
        </Button>
      </div>
    </form>
  )
}

/** Language, country and the name in chat: who is watching, and from where. */
export function PlacesSheet({ isOpen, onClose, onLocale }: {
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly onLocale: (locale: Locale) => void
}) {
  const { t, locale, country } = useWords()
  const house = useHouse()
  const market = useRoom((state) => state.market)
  const shown = locales.filter((one) => one !== 'en-XA' || locale === 'en-XA')
  const markets = house.boot.markets.map(({ country: code, currency }) => ({
    value: code, label: `${country(code)} · ${currency}`,
  }))
  return (
    <Sheet isOpen={isOpen} title={t('room.places.title')} onClose={onClose}>
      <div className="form">
        <Select
          label={t('room.places.language')} value={locale}
          options={shown.map((one) => ({ value: one, label: ownLanguageName(one) }))}
          onChange={(value) => isLocale(value) && onLocale(value)}
        />
        <Select
          label={t('room.places.market')} hint={t('room.places.marketHint')} value={market}
          options={markets} onChange={house.setMarket}
        />
        <hr className="rule" />
        <NameForm />
      </div>
    </Sheet>
  )
}
