/** Words and numbers of indicators in the language that is chosen. */
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { INDICATORS, type IndicatorWords, levelText } from './words.ts'

/** By indicator; a name that is none has no words. */
export const useIndicatorWords = (): Readonly<Record<string, IndicatorWords>> => useTexts(INDICATORS)

export function useLevelText(): (indicator: string, value: number | null | undefined) => string {
  const { language } = useLanguage()
  return (indicator, value) => levelText(indicator, value, language)
}
