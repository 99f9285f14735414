/** A field's value in words, for comparisons. */
import type { Language } from '../texts.tsx'
import { whereIs } from './fields.ts'
import { RISKS } from './words.ts'

const MAX_SHOWN = 300

const WORDS = {
  ro: { yes: 'da', no: 'nu', nothing: '–', picture: 'o imagine' },
  en: { yes: 'yes', no: 'no', nothing: '–', picture: 'a picture' },
}

export function valueText(path: string, value: unknown, language: Language): string {
  const words = WORDS[language]
  const field = whereIs(path)?.field
  if (value === undefined || value === null || value === '') return words.nothing
  if (typeof value === 'boolean') return value ? words.yes : words.no
  if (field?.kind === 'logo') return words.picture
  if (path === 'assessment.risk' && typeof value === 'string')
    return RISKS[value as keyof typeof RISKS]?.[language] ?? value
  const option = field?.options?.find((one) => one.value === value)
  if (option !== undefined) return option[language]
  if (typeof value === 'number') return numberText(field?.kind === 'lei' ? value / 100 : value, language)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN).toWellFormed()}…` : text
}

const numberText = (value: number, language: Language): string =>
  new Intl.NumberFormat(language === 'ro' ? 'ro-RO' : 'en-GB', { maximumFractionDigits: 2 }).format(value)
