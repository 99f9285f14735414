/** Words in two languages: each page brings its own, the switch stands in the frame. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'

export type Language = 'ro' | 'en'
export type Texts<T> = { readonly ro: T; readonly en: T }

const KEY = 'punte-language'
const Chosen = createContext<{ language: Language; choose(language: Language): void }>({
  language: 'ro',
  choose() {},
})

export function LanguageProvider({ children }: { readonly children: ReactNode }) {
  const [language, choose] = useState<Language>(() => (localStorage.getItem(KEY) === 'en' ? 'en' : 'ro'))
  useEffect(() => {
    localStorage.setItem(KEY, language)
    document.documentElement.lang = language
  }, [language])
  const value = useMemo(() => ({ language, choose }), [language])
  return <Chosen value={value}>{children}</Chosen>
}

export const useLanguage = () => useContext(Chosen)

/** The words of the language that is chosen. */
export function useTexts<T>(texts: Texts<T>): T {
  return texts[useContext(Chosen).language]
}
