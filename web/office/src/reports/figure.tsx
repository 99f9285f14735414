/** A picture with its title, one sentence that says what it shows, and the same figures as a table below, also as a file. */
import { Anchor, Box, Group, Stack, Text, Title } from '@mantine/core'
import { type ReactNode, useId } from 'react'
import { addressOf } from '../../../shared/api.ts'
import { useTexts } from '../../../shared/texts.tsx'

const TEXTS = {
  ro: { table: 'Aceleași cifre, ca tabel', csv: 'Descarcă CSV', empty: 'Nimic în această perioadă.' },
  en: { table: 'The same figures as a table', csv: 'Download CSV', empty: 'Nothing in this period.' },
}

type Props = {
  readonly title: string
  readonly summary: string
  /** Path of the same figures as CSV. */
  readonly csv: string
  readonly is_empty?: boolean
  readonly table: ReactNode
  readonly children: ReactNode
}

export function Figure({ title, summary, csv, is_empty, table, children }: Props) {
  const t = useTexts(TEXTS)
  const id = useId()
  return (
    <Box component="section" aria-labelledby={id} miw={0}>
      <Group justify="space-between" align="baseline">
        <Title order={2} size="h4" id={id}>
          {title}
        </Title>
        <Anchor size="sm" href={addressOf(csv)} download aria-label={`${t.csv}: ${title}`}>
          {t.csv}
        </Anchor>
      </Group>
      {is_empty === true ? (
        <Text c="gray.7">{t.empty}</Text>
      ) : (
        <Stack gap="xs" mt={4}>
          <Text size="sm">{summary}</Text>
          <Box role="img" aria-label={`${title}. ${summary}`} style={{ overflow: 'hidden' }}>
            {children}
          </Box>
          <details>
            <summary>{t.table}</summary>
            <Box mt="xs">{table}</Box>
          </details>
        </Stack>
      )}
    </Box>
  )
}

/** Charts are pictures here: what they say to the keyboard and to readers of screens is the table. */
export const PICTURE = { accessibilityLayer: false } as const
