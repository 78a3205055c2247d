import { useEffect, useRef, useState, type ReactNode } from 'react'
import { HOST, layouts, type Guest, type Layout } from '#stage/backstage/contract'
import { Button } from '#ui/primitives/button.tsx'
import { Choices } from '#ui/primitives/fields.tsx'
import { HoldButton } from '#ui/primitives/hold-button.tsx'
import { Sheet } from '#ui/primitives/layers.tsx'
import { Notice } from '#ui/patterns/messages.tsx'
import { Panel } from '#ui/patterns/workbench.tsx'
import { Qr } from '../control/phone-code.tsx'
import { client, useAct } from '../house.ts'
import { useWords } from '../words.ts'
import type { Backstage } from './use-backstage.ts'
import type { Streams } from './use-lines.ts'

interface Invitation { readonly url: string, readonly isSecure: boolean }

function Invite({ showId }: { showId: string }) {
  const { t } = useWords()
  const [made, setMade] = useState<Invitation | null>(null)
  const [isCopied, setCopied] = useState(false)
  const ask = useAct(() => client.call('POST /api/shows/:showId/stage/invitations',
    { params: { showId } }), (invitation) => {
    setMade(invitation)
    setCopied(false)
  })
  const copy = () => void navigator.clipboard.writeText(made?.url ?? '')
    .then(() => setCopied(true), () => {})
  return (
    <>
      <Button isBusy={ask.isPending} onPress={() => ask.mutate(undefined)}>
        {t('studio.stage.invite')}
      </Button>
      <Sheet isOpen={made !== null} title={t('studio.stage.invite')} onClose={() => setMade(null)}>
        {made && (
          <div className="stage-invite">
            <p>{t('studio.stage.invite.how')}</p>
            {!made.isSecure && (
              <Notice kind="warn" title={t('studio.phone.insecure')}>
                {t('studio.phone.insecure.text')}
              </Notice>
            )}
            <Qr text={made.url} label={t('studio.stage.invite.code')} />
            <p className="stage-link"><code dir="ltr">{made.url}</code></p>
            <Button kind="primary" onPress={copy}>
              {t(isCopied ? 'studio.stage.copied' : 'studio.stage.copy')}
            </Button>
            <p className="quiet small">{t('studio.stage.invite.once')}</p>
          </div>
        )}
      </Sheet>
    </>
  )
}

/** Somebody's picture, silent: their sound comes with the stage. */
function Face({ stream, name }: { stream: MediaStream | undefined, name: string }) {
  const { t } = useWords()
  const video = useRef<HTMLVideoElement>(null)
  useEffect(() => {
    const element = video.current
    if (!element) return
    element.srcObject = stream ?? null
    if (stream) void element.play().catch(() => {})
  }, [stream])
  return (
    <div className="stage-face on-video">
      <video ref={video} muted playsInline aria-label={name} />
      {!stream && <p>{t('studio.stage.no_picture')}</p>}
    </div>
  )
}

function Person({ guest, backstage, streams }: {
  guest: Guest, backstage: Backstage, streams: Streams | null
}) {
  const { t } = useWords()
  const { stage, admit, mute, remove, lay } = backstage
  const { id, name, state } = guest
  const isFirst = stage?.spotlight === id
  return (
    <li className="stage-person" data-state={state}>
      {streams && <Face stream={streams.get(id)} name={name} />}
      <div className="stage-person-text">
        <b><bdi>{name}</bdi></b>
        <span className="quiet small">
          {t(state === 'waiting' ? 'studio.stage.waits'
            : guest.mute === 'open' ? 'studio.stage.on' : `studio.stage.${guest.mute}`)}
        </span>
      </div>
      <div className="stage-person-acts">
        {state === 'waiting' && (
          <Button kind="primary" onPress={() => admit(id)}>{t('studio.stage.admit')}</Button>
        )}
        {state === 'on_stage' && (
          <>
            <Button onPress={() => mute(id, guest.mute === 'open')}>
              {t(guest.mute === 'open' ? 'studio.stage.mute' : 'studio.stage.ask')}
            </Button>
            <Button onPress={() => lay(
              isFirst ? 'side' : 'spotlight', isFirst ? HOST : id)}
            >{t(isFirst ? 'studio.stage.spotlight.off' : 'studio.stage.spotlight')}</Button>
          </>
        )}
        <HoldButton onConfirm={() => remove(id)}>{t('studio.stage.remove')}</HoldButton>
      </div>
    </li>
  )
}

function Hands({ backstage }: { backstage: Backstage }) {
  const { t, number } = useWords()
  const hands = backstage.stage?.hands ?? []
  if (hands.length === 0) return null
  return (
    <section className="stage-hands">
      <h3>{t('studio.stage.hands', { count: number(hands.length) })}</h3>
      <ul>
        {hands.slice(0, 8).map(({ personId, name }) => (
          <li key={personId}>
            <bdi>{name === '' ? t('studio.stage.viewer') : name}</bdi>
            <Button onPress={() => backstage.answerHand(personId, true)}>
              {t('studio.stage.hand.take')}
            </Button>
            <Button kind="quiet" onPress={() => backstage.answerHand(personId, false)}>
              {t('studio.stage.hand.lower')}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}

const isTyping = (target: EventTarget | null) => target instanceof HTMLElement
  && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))

/** 1 to 5 choose the layout, where no other keys of the house are. */
export function useLayoutKeys({ stage, lay }: Backstage): void {
  const latest = useRef<(layout: Layout) => void>(() => {})
  latest.current = (layout) => lay(layout, stage?.spotlight ?? HOST)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return
      if (isTyping(event.target) || document.querySelector('dialog[open]')) return
      const layout = layouts[Number(event.key) - 1]
      if (layout) latest.current(layout)
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
}

/** Who is on stage beside the host: letting in, muting, sending off, and how it looks. */
export function StagePanel({ showId, backstage, streams, voice, hasKeys = false }: {
  showId: string, backstage: Backstage, streams: Streams | null, hasKeys?: boolean
  /** How guests hear the host, where no camera page sees to it. */
  voice?: ReactNode
}) {
  const { t, number } = useWords()
  const { stage, lay } = backstage
  const inside = (stage?.guests ?? []).filter(({ state }) => state !== 'invited')
  const invited = (stage?.guests ?? []).filter(({ state }) => state === 'invited')
  const hasGuests = inside.some(({ state }) => state === 'on_stage')
  return (
    <Panel title={t('studio.stage')} aside={<Invite showId={showId} />}>
      <div className="stage">
        {voice}
        {inside.length === 0 && <p className="quiet">{t('studio.stage.empty')}</p>}
        <ul className="stage-people">
          {inside.map((guest) => (
            <Person key={guest.id} guest={guest} backstage={backstage} streams={streams} />
          ))}
        </ul>
        {hasGuests && (
          <Choices
            label={t('studio.stage.layout')} value={stage?.layout ?? 'side'}
            options={layouts.map((value, n) => ({
              value, label: hasKeys ? t('studio.stage.layout.key', {
                key: number(n + 1), layout: t(`studio.stage.layout.${value}`),
              }) : t(`studio.stage.layout.${value}`),
            }))}
            onChange={(value) => {
              const layout = layouts.find((one) => one === value)
              if (layout) lay(layout, stage?.spotlight ?? HOST)
            }}
          />
        )}
        <Hands backstage={backstage} />
        {invited.length > 0 && (
          <p className="quiet small">
            {t('studio.stage.invited', { count: number(invited.length) })}{' '}
            <Button kind="link" onPress={() => invited.forEach(({ id }) => backstage.remove(id))}>
              {t('studio.stage.withdraw')}
            </Button>
          </p>
        )}
      </div>
    </Panel>
  )
}
