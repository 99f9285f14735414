/**
 * Which language the page speaks: Romanian first; the payer's choice is remembered where the browser lets us.
 */
import { createContext, type ReactNode, use, useEffect, useState } from 'react'
import { type Language, MESSAGES, type Messages } from './messages/messages.ts'

const STORAGE_KEY = 'punte.language'

type Speech = {
  readonly language: Language
  readonly words: Messages
  readonly switchLanguage: () => void
}

const SpeechContext = createContext<Speech>({ language: 'ro', words: MESSAGES.ro, switchLanguage: () => {} })

export function useSpeech(): Speech {
  return use(SpeechContext)
}

export function SpeechProvider({ children }: { readonly children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(rememberedLanguage)
  useEffect(() => {
    document.documentElement.lang = language
  }, [language])
  const switchLanguage = () => {
    const next = language === 'ro' ? 'en' : 'ro'
    setLanguage(next)
    remember(next)
  }
  return <SpeechContext value={{ language, words: MESSAGES[language], switchLanguage }}>{children}</SpeechContext>
}

/** Storage may be switched off or full: then the page simply opens in Romanian each time. */
export function rememberedLanguage(): Language {
  try {
    return localStorage.getItem(STORAGE_KEY) === 'en' ? 'en' : 'ro'
  } catch {
    return 'ro'
  }
}

function remember(language: Language): void {
  try {
    localStorage.setItem(STORAGE_KEY, language)
  } catch {
    // Not remembered; nothing else depends on it.
  }
}
