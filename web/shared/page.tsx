/** The frame of one page: its title (also the document's), what can be done on it, and its content. */
import { Group, Stack, Title } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'

type Props = { readonly title: string; readonly actions?: ReactNode; readonly children: ReactNode }

export function Page({ title, actions, children }: Props) {
  useEffect(() => {
    document.title = `${title} – Punte`
  }, [title])
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-start">
        <Title order={1} size="h2" style={{ overflowWrap: 'anywhere' }}>
          {title}
        </Title>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  )
}
