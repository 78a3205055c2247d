import { useState } from 'react'
import { Button } from '#ui/primitives/button.tsx'
import { Checkbox, Choices } from '#ui/primitives/fields.tsx'
import { Dialog } from '#ui/primitives/layers.tsx'
import { useVoice } from '#ui/primitives/toasts.tsx'
import { client, useAct } from '../house.ts'
import { addressOf } from '../picture/address.ts'
import { useWords } from '../words.ts'
import { Code } from './code-row.tsx'

const grounds = ['clear', 'dark'] as const
const steps = ['add', 'size', 'sound'] as const

/** How the picture looks is a part of its address, so that OBS shows what was chosen here. */
function Address({ picture }: { picture: string }) {
  const { t } = useWords()
  const [ground, setGround] = useState<(typeof grounds)[number]>('clear')
  const [hasNames, setNames] = useState(true)
  const [hasHost, setHost] = useState(false)
  const url = addressOf(location.origin, {
    key: picture, isDark: ground === 'dark', hasNames, hasHost,
  })
  return (
    <>
      <Choices
        label={t('studio.picture.ground')} value={ground}
        options={grounds.map((value) => ({ value, label: t(`studio.picture.ground.${value}`) }))}
        onChange={(value) => setGround(grounds.find((one) => one === value) ?? 'clear')}
      />
      <div>
        <Checkbox label={t('studio.picture.names')} isChecked={hasNames} onChange={setNames} />
        <Checkbox label={t('studio.picture.host')} isChecked={hasHost} onChange={setHost} />
      </div>
      <Code
        label={t('studio.picture.address')} value={url} isSecret show={t('studio.picture.show')}
      />
      <ol className="steps">
        {steps.map((step) => <li key={step}>{t(`studio.picture.step.${step}`)}</li>)}
      </ol>
      {location.protocol === 'https:' && (
        <p className="quiet small">{t('studio.picture.trust')}</p>
      )}
    </>
  )
}

/** The guests on stage for the browser source of OBS. */
export function ObsGuests({ showId }: { showId: string }) {
  const { t } = useWords()
  const { toast } = useVoice()
  const [picture, setPicture] = useState<string | null>(null)
  const [isAsking, setAsking] = useState(false)
  // Reading it is recorded, so it is read when somebody wants to see it.
  const read = useAct((isNew: boolean) => client.call('POST /api/shows/:showId/stage/picture', {
    params: { showId }, body: { isNew },
  }), (made, isNew) => {
    setPicture(made.key)
    setAsking(false)
    if (isNew) toast({ text: t('studio.picture.renewed') })
  })
  return (
    <section className="stack obs-guests">
      <h3>{t('studio.picture')}</h3>
      <p>{t('studio.picture.how')}</p>
      {picture === null ? (
        <Button isBusy={read.isPending} onPress={() => read.mutate(false)}>
          {t('studio.picture.show')}
        </Button>
      ) : (
        <>
          <Address picture={picture} />
          <Button onPress={() => setAsking(true)}>{t('studio.picture.renew')}</Button>
        </>
      )}
      <Dialog
        isOpen={isAsking} title={t('studio.picture.renew.sure')} onClose={() => setAsking(false)}
        actions={(
          <>
            <Button onPress={() => setAsking(false)}>{t('studio.cancel')}</Button>
            <Button kind="danger" isBusy={read.isPending} onPress={() => read.mutate(true)}>
              {t('studio.picture.renew')}
            </Button>
          </>
        )}
      ><p>{t('studio.picture.renew.text')}</p></Dialog>
    </section>
  )
}
