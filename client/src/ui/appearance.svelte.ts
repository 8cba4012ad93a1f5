/**
 * Theme and language of the interface, kept on the device. `system` follows what the system asks
 * for, high contrast before dark.
 */
import { createContext } from 'svelte'
import * as z from 'zod/mini'
import { getLocale, setLocale, type Locale } from '../paraglide/runtime.js'
import { keep, readKept } from '../session/kept.ts'

export const themes = ['system', 'light', 'dark', 'contrast'] as const
export type Theme = (typeof themes)[number]

/** Each by its own name. */
export const languages = [
  { id: 'vi', name: 'Tiếng Việt', lang: 'vi' },
  { id: 'en', name: 'English', lang: 'en' },
] as const

export class Appearance {
  theme: Theme = $state(readKept('theme', z.enum(themes)) ?? 'system')
  language: Locale = $state(getLocale())
  /** What `system` comes to just now. */
  shownTheme: Exclude<Theme, 'system'> = $state('light')

  readonly #queries = [matchMedia('(prefers-contrast: more)'), matchMedia('(prefers-color-scheme: dark)')] as const

  /** Applies both and follows the system; returns the way to stop. */
  start(): () => void {
    const apply = () => this.#apply()
    apply()
    for (const query of this.#queries) query.addEventListener('change', apply)
    return () => {
      for (const query of this.#queries) query.removeEventListener('change', apply)
    }
  }

  setTheme(theme: Theme): void {
    this.theme = theme
    keep('theme', theme === 'system' ? null : theme)
    this.#apply()
  }

  /** Screens are drawn again in the new language; App keys them by it. */
  setLanguage(language: Locale): void {
    void setLocale(language, { reload: false })
    this.language = language
    this.#apply()
  }

  #apply(): void {
    const [contrast, dark] = this.#queries
    this.shownTheme =
      this.theme === 'system' ? (contrast.matches ? 'contrast' : dark.matches ? 'dark' : 'light') : this.theme
    document.documentElement.dataset['theme'] = this.shownTheme
    document.documentElement.lang = this.language
  }
}

export const [useAppearance, provideAppearance] = createContext<Appearance>()
