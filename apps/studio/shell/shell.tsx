import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import type { Me } from '#people/accounts/contract'
import { locales, ownLanguageName, type Locale } from '#ui/index.ts'
import { Menu } from '#ui/primitives/layers.tsx'
import {
  BoxIcon, GearIcon, GlobeIcon, OfflineIcon, ReceiptIcon, VideoIcon,
} from '#ui/primitives/icons.tsx'
import { Notice } from '#ui/patterns/messages.tsx'
import { may } from '../access.ts'
import { client, useAct, useMe } from '../house.ts'
import { rememberReturn } from '../sign-in/return-path.ts'
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

function RailMenus({ me }: { me: Me }) {
  const { t } = useWords()
  const { theme, setTheme, setLocale } = useSettings()
  const signOut = useAct(() => client.call('POST /api/sign-out'), () => location.assign('/sign-in'))
  const offered = locales.filter((locale): locale is Locale => locale !== 'en-XA')
  return (
    <div className="rail-menus">
      <Menu
        label={t('studio.language')} icon={<GlobeIcon />}
        items={offered.map((locale) => ({
          label: ownLanguageName(locale), onPress: () => setLocale(locale),
        }))}
      />
      <Menu
        label={t('studio.account', { name: me.displayName })} icon={<GearIcon />}
        items={[
          {
            label: t(theme === 'dark' ? 'studio.theme.light' : 'studio.theme.dark'),
            onPress: () => setTheme(theme === 'dark' ? 'light' : 'dark'),
          },
          { label: t('studio.sign_out'), onPress: () => signOut.mutate(undefined) },
        ]}
      />
    </div>
  )
}

function Rail({ me }: { me: Me }) {
  const { t } = useWords()
  const isOfProducts = useLocation({ select: (at) => at.pathname.startsWith('/studio/products') })
  return (
    <nav className="rail" aria-label={t('studio.nav')}>
      <a
        className="rail-mark" href="/"
      ><img src="/icon.svg" alt="Silkcast" width={32} height={32} /></a>
      <Link className="rail-link" to="/studio" data-current={!isOfProducts || undefined}>
        <VideoIcon /><span>{t('studio.nav.shows')}</span>
      </Link>
      <Link
        className="rail-link" to="/studio/products" data-current={isOfProducts || undefined}
      >
        <BoxIcon /><span>{t('studio.nav.products')}</span>
      </Link>
      {may(me, 'orders.read') && (
        <a className="rail-link" href="/desk"><ReceiptIcon /><span>{t('studio.nav.desk')}</span></a>
      )}
      <RailMenus me={me} />
    </nav>
  )
}

function Inside({ me }: { me: Me }) {
  const { t } = useWords()
  const isOnline = useOnline()
  // Guests of a show have a session, too: only an e-mail address makes a person known here.
  const isNobody = me.email === null && me.roles.length === 0
  useEffect(() => {
    if (!isNobody) return
    rememberReturn(location.pathname)
    location.replace('/sign-in')
  }, [isNobody])
  if (isNobody) return null
  return (
    <div className="shell">
      <a className="skip-link" href="#main">{t('studio.skip')}</a>
      <Rail me={me} />
      <div className="shell-page">
        {!isOnline && (
          <p className="offline" role="status"><OfflineIcon size={20} />{t('studio.offline')}</p>
        )}
        <main id="main" tabIndex={-1}>
          {may(me, 'studio.enter') ? <Outlet />
            : <Notice kind="warn">{t('studio.no_role')}</Notice>}
        </main>
      </div>
    </div>
  )
}

/** Rail, offline line and the page; people without a session go to the sign-in. */
export function Shell() {
  const me = useMe()
  return <Answer of={me} rows={3}>{(known) => <Inside me={known} />}</Answer>
}
