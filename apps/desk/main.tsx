import '#ui/kit.css'
import './styles/desk.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { useEffect, useMemo, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { dirOf, type Locale } from '#ui/locales.ts'
import { VoiceProvider } from '#ui/primitives/toasts.tsx'
import { WordsProvider } from '#ui/words.tsx'
import { queries } from './house.ts'
import { router } from './router.tsx'
import { applyTheme, readTheme, rememberLocale, SettingsContext } from './settings.ts'
import type { Settings, Theme } from './settings.ts'
import { loadDeskWords, type DeskWords } from './words.ts'

function App({ first }: { first: DeskWords }) {
  const [words, setWords] = useState(first)
  const [theme, setTheme] = useState<Theme>(readTheme)
  useEffect(() => applyTheme(theme), [theme])
  useEffect(() => {
    document.documentElement.lang = words.locale
    document.documentElement.dir = dirOf(words.locale)
  }, [words])
  const settings = useMemo<Settings>(() => ({
    theme, setTheme,
    setLocale(locale) {
      rememberLocale(locale)
      void loadDeskWords(locale).then(setWords)
    },
  }), [theme])
  return (
    <SettingsContext value={settings}>
      <WordsProvider words={words}>
        <VoiceProvider>
          <QueryClientProvider
            client={queries}
          ><RouterProvider router={router} /></QueryClientProvider>
        </VoiceProvider>
      </WordsProvider>
    </SettingsContext>
  )
}

async function start(): Promise<void> {
  applyTheme(readTheme())
  document.documentElement.dataset['density'] = 'compact'
  const boot = JSON.parse(
    document.getElementById('boot')?.textContent ?? '{}'
  ) as { locale?: Locale }
  const words = await loadDeskWords(boot.locale ?? 'en')
  createRoot(document.getElementById('app')!).render(<App first={words} />)
}

void start()
