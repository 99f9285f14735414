import { Group } from '@mantine/core'
import { LanguageSwitch } from '../language-switch.tsx'
import { useTexts } from '../texts.tsx'
import { Section } from './section.tsx'

const TEXTS = { ro: { title: 'Limba paginilor' }, en: { title: 'Language of the pages' } }

export function LanguageSection() {
  const t = useTexts(TEXTS)
  return (
    <Section title={t.title}>
      <Group>
        <LanguageSwitch />
      </Group>
    </Section>
  )
}
