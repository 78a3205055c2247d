import { Link, Outlet } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import type { Me } from '#people/accounts/contract'
import { locales, ownLanguageName, type Locale } from '#ui/index.ts'
import { Menu } from '#ui/primitives/layers.tsx'
import { GearIcon, GlobeIcon, OfflineIcon } from '#ui/primitives/icons.tsx'
import { Notice } from '#ui/patterns/messages.tsx'
import { client, goSignIn, may, useMe } from '../house.ts'
import { useSettings } from '../settings.ts'
import { useWords } from '../words.ts'
import { Answer } from './page-states.tsx'

function useOnline(): boolean {
  const [isOnline, setOnline] = useState(navigator.onLine)
  useEffect(() => {
    const look = () => setOnline(navigator.onLine)
    addEventListener('online', look)
    addEventListener('offline', look)
    return () => {
      removeEventListener('online', look)
      removeEventListener('offline', look)
    }
  }, [])
  return isOnline
}

function Menus({ me }: { me: Me }) {
  const { t } = useWords()
  const { theme, setTheme, setLocale } = useSettings()
  const offered = locales.filter((locale): locale is Locale => locale !== 'en-XA')
  const signOut = async () => {
    await client.call('POST /api/sign-out')
    location.assign('/sign-in')
  }
  const themes = (['system', 'light', 'dark'] as const).filter((one) => one !== theme)
  return (
    <>
      <Menu
        label={t('desk.language')} icon={<GlobeIcon size={20} />}
        items={offered.map((locale) => ({
          label: ownLanguageName(locale), onPress: () => setLocale(locale),
        }))}
      />
      <Menu
        label={t('desk.account', { name: me.displayName })} icon={<GearIcon size={20} />}
        items={[
          ...themes.map((one) => ({ label: t(`desk.theme.${one}`), onPress: () => setTheme(one) })),
          { label: t('desk.sign_out'), onPress: () => void signOut() },
        ]}
      />
    </>
  )
}

function Bar({ me }: { me: Me }) {
  const { t } = useWords()
  const active = { 'data-current': true } as object
  return (
    <header className="bar-top">
      <a
        className="bar-mark" href="/"
      ><img src="/icon.svg" alt="Silkcast" width={28} height={28} /></a>
      <nav aria-label={t('desk.nav')}>
        <Link to="/desk" activeOptions={{ exact: true, includeSearch: false }} activeProps={active}>
          {t('desk.orders')}
        </Link>
        {may(me, 'audit.read') && (
          <Link to="/desk/acts" activeProps={active}>{t('desk.acts')}</Link>
        )}
        {may(me, 'studio.enter') && <a href="/studio">{t('desk.studio')}</a>}
      </nav>
      <Menus me={me} />
    </header>
  )
}

function Inside({ me }: { me: Me }) {
  const { t } = useWords()
  const isOnline = useOnline()
  // Guests of a show have a session, too: only an e-mail address makes a person known here.
  const isNobody = me.email === null && me.roles.length === 0
  useEffect(() => { if (isNobody) goSignIn() }, [isNobody])
  if (isNobody) return null
  return (
    <div className="shell">
      <a className="skip-link" href="#main">{t('desk.skip')}</a>
      <Bar me={me} />
      {!isOnline && (
        <p className="offline" role="status"><OfflineIcon size={20} />{t('desk.offline')}</p>
      )}
      <main id="main" tabIndex={-1}>
        {may(me, 'orders.read') ? <Outlet /> : <Notice kind="warn">{t('desk.no_role')}</Notice>}
      </main>
    </div>
  )
}

/** Bar, offline line and the page; people without a session go to the sign-in. */
export function Shell() {
  const me = useMe()
  return <Answer of={me} rows={3}>{(known) => <Inside me={known} />}</Answer>
}
