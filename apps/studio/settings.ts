import { createContext, use } from 'react'
import type { Locale } from '#ui/locales.ts'

export type Theme = 'dark' | 'light'

export interface Settings {
  readonly theme: Theme
  readonly isDemo: boolean
  setTheme(theme: Theme): void
  setLocale(locale: Locale): void
}

export const SettingsContext = createContext<Settings | null>(null)

export function useSettings(): Settings {
  const settings = use(SettingsContext)
  if (!settings) throw new Error('bug: no SettingsContext above')
  return settings
}

const KEY = 'silkcast.studio.theme'
const YEAR_SECONDS = 365 * 24 * 3600

/** A control room is dark until somebody wants it otherwise. */
export const readTheme = (): Theme => (localStorage.getItem(KEY) === 'light' ? 'light' : 'dark')

export function applyTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme)
  document.documentElement.dataset['theme'] = theme
}

export const rememberLocale = (locale: Locale): void => {
  document.cookie = `lang=${locale}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`
}
