import { createContext, use } from 'react'
import type { Locale } from '#ui/locales.ts'

export type Theme = 'system' | 'dark' | 'light'

export interface Settings {
  readonly theme: Theme
  setTheme(theme: Theme): void
  setLocale(locale: Locale): void
}

export const SettingsContext = createContext<Settings | null>(null)

export function useSettings(): Settings {
  const settings = use(SettingsContext)
  if (!settings) throw new Error('bug: no SettingsContext above')
  return settings
}

const KEY = 'silkcast.desk.theme'
const YEAR_SECONDS = 365 * 24 * 3600

export function readTheme(): Theme {
  const kept = localStorage.getItem(KEY)
  return kept === 'dark' || kept === 'light' ? kept : 'system'
}

export function applyTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme)
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
}

export const rememberLocale = (locale: Locale): void => {
  document.cookie = `lang=${locale}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`
}
