/** A status of the card rail: its code and what it means. */
import { StatusBadge, type Tone } from '../../../shared/status-badge.tsx'
import { useLanguage } from '../../../shared/texts.tsx'

type Words = Readonly<Record<string, { readonly ro: string; readonly en: string; readonly tone: Tone }>>

export function CodeBadge({ code, words }: { readonly code: string; readonly words: Words }) {
  const { language } = useLanguage()
  const word = words[code]
  return <StatusBadge tone={word?.tone ?? 'quiet'}>{word === undefined ? code : word[language]}</StatusBadge>
}
