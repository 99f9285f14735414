import { SegmentedControl } from '@mantine/core'
import { type Language, useLanguage, useTexts } from './texts.tsx'

const TEXTS = { ro: { language: 'Limba' }, en: { language: 'Language' } }

export function LanguageSwitch() {
  const t = useTexts(TEXTS)
  const { language, choose } = useLanguage()
  return (
    <SegmentedControl
      size="xs"
      aria-label={t.language}
      value={language}
      onChange={(value) => choose(value as Language)}
      data={[
        { value: 'ro', label: 'RO' },
        { value: 'en', label: 'EN' },
      ]}
    />
  )
}
