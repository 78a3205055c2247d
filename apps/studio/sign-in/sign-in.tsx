import { useEffect, useRef, useState, type SyntheticEvent } from 'react'
import type { Refusal } from '#kernel'
import type { Me } from '#people/accounts/contract'
import { Button } from '#ui/primitives/button.tsx'
import { TextField } from '#ui/primitives/fields.tsx'
import { Spinner } from '#ui/primitives/plain.tsx'
import { Notice } from '#ui/patterns/messages.tsx'
import { client } from '../house.ts'
import { useSettings } from '../settings.ts'
import { useWords } from '../words.ts'
import { isReturnPath, takeReturn } from './return-path.ts'

type Step =
  | { is: 'asking' }
  | { is: 'confirming' }
  | { is: 'sent', email: string }

/** The token of the link, taken out of the address bar at once so that it is in no history. */
function takeToken(): string | null {
  const token = location.hash.slice(1)
  if (token === '') return null
  history.replaceState(null, '', location.pathname + location.search)
  return token
}

const looksLikeEmail = (text: string) => /^[^@\s<>"]+@[^@\s<>"]+\.[^@\s<>"]+$/.test(text)

/** Staff go where they wanted to, everybody else to the show. A code that a phone read off a screen
 *  names the page itself. */
function enter(me: Me): void {
  const named = new URLSearchParams(location.search).get('to')
  const wanted = named !== null && isReturnPath(named) ? named : takeReturn() ?? '/studio'
  location.replace(me.roles.length > 0 ? wanted : '/')
}

function useSignIn() {
  const token = useRef<string | null | undefined>(undefined)
  if (token.current === undefined) token.current = takeToken()
  const [step, setStep] = useState<Step>({ is: token.current ? 'confirming' : 'asking' })
  const [refusal, setRefusal] = useState<Refusal | null>(null)

  useEffect(() => {
    const given = token.current
    if (!given) return
    token.current = null
    void client.call('POST /api/sign-in/confirm', { body: { token: given } }).then((answer) => {
      if (answer.ok) return enter(answer.value)
      // A token of a wrong shape is a link that was cut off in the mail: the same help.
      const { code } = answer.refusal
      setRefusal(
        code === 'http.invalid' ? { code: 'people.accounts.link_invalid' } : answer.refusal
      )
      return setStep({ is: 'asking' })
    })
  }, [])

  const ask = async (email: string) => {
    setRefusal(null)
    const answer = await client.call('POST /api/sign-in/link', { body: { email } })
    if (answer.ok) setStep({ is: 'sent', email })
    else setRefusal(answer.refusal)
  }
  return { step, refusal, ask, again: () => setStep({ is: 'asking' }) }
}

function EmailForm({ onAsk }: { onAsk: (email: string) => Promise<void> }) {
  const { t } = useWords()
  const [email, setEmail] = useState('')
  const [isWrong, setWrong] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault()
    const wanted = email.trim()
    if (isBusy) return
    setWrong(!looksLikeEmail(wanted))
    if (!looksLikeEmail(wanted)) return document.getElementById('sign-in-email')?.focus()
    setBusy(true)
    await onAsk(wanted)
    setBusy(false)
  }
  return (
    <form className="stack" onSubmit={(event) => void submit(event)} noValidate>
      <TextField
        id="sign-in-email" label={t('studio.sign_in.email')} hint={t('studio.sign_in.hint')}
        error={isWrong ? t('studio.sign_in.email_wrong') : undefined}
        value={email} onChange={setEmail} type="email" dir="ltr" autoComplete="email"
        maxLength={254} isRequired
      />
      <Button type="submit" kind="primary" size="large" isWide isBusy={isBusy}>
        {t('studio.sign_in.send')}
      </Button>
    </form>
  )
}

function Sent({ email, onAgain }: { email: string, onAgain: () => void }) {
  const { t } = useWords()
  const { isDemo } = useSettings()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <div className="stack">
      <h2 ref={heading} tabIndex={-1}>{t('studio.sign_in.sent')}</h2>
      <p>{t('studio.sign_in.sent.text', { email })}</p>
      {isDemo && <Notice kind="info">{t('studio.sign_in.sent.demo')}</Notice>}
      <Button onPress={onAgain}>{t('studio.sign_in.again')}</Button>
    </div>
  )
}

export function SignIn() {
  const words = useWords()
  const { t } = words
  const { step, refusal, ask, again } = useSignIn()
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <header className="sign-in-head">
          <img src="/icon.svg" alt="" width={40} height={40} />
          <h1>{t('studio.sign_in.title')}</h1>
        </header>
        {refusal && <Notice kind="bad" isUrgent>{words.refusal(refusal)}</Notice>}
        {step.is === 'confirming' && <Spinner label={t('studio.sign_in.confirming')} />}
        {step.is === 'asking' && <EmailForm onAsk={ask} />}
        {step.is === 'sent' && <Sent email={step.email} onAgain={again} />}
        <p className="quiet small">{t('studio.sign_in.foot')}</p>
      </div>
    </main>
  )
}
