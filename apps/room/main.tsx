import '#ui/kit.css'
import './styles/room.css'
import './styles/views.css'
import { useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { dirOf, type Locale } from '#ui/locales.ts'
import { VoiceProvider } from '#ui/primitives/toasts.tsx'
import { WordsProvider } from '#ui/words.tsx'
import type { BootData, EmptyBoot } from './boot.ts'
import { HouseContext } from './context.ts'
import { makeHouse, rememberLocale, type House } from './house.ts'
import { NoShow } from './places/no-show.tsx'
import { Room } from './room.tsx'
import { loadRoomWords, type RoomWords } from './words.ts'

function App({ house, first }: { house: House, first: RoomWords }) {
  const [words, setWords] = useState(first)
  useEffect(() => {
    document.documentElement.lang = words.locale
    document.documentElement.dir = dirOf(words.locale)
  }, [words])
  const onLocale = async (locale: Locale) => {
    rememberLocale(locale)
    setWords(await loadRoomWords(locale))
  }
  return (
    <WordsProvider words={words}>
      <VoiceProvider>
        <HouseContext value={house}><Room onLocale={onLocale} /></HouseContext>
      </VoiceProvider>
    </WordsProvider>
  )
}

async function start(): Promise<void> {
  const written = document.getElementById('boot')?.textContent ?? ''
  const boot = JSON.parse(written) as BootData | EmptyBoot
  const root = createRoot(document.getElementById('app')!)
  const words = await loadRoomWords(boot.locale)
  if ('empty' in boot) root.render(<WordsProvider words={words}><NoShow /></WordsProvider>)
  else root.render(<App house={makeHouse(boot)} first={words} />)
}

void start()
