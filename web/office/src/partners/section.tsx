/** One section of a partner's page. */
import { Group, Paper, Stack, Title } from '@mantine/core'
import type { ReactNode } from 'react'

type Props = { readonly title: string; readonly actions?: ReactNode; readonly children: ReactNode }

export function Section({ title, actions, children }: Props) {
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start">
          <Title order={2} size="h4">
            {title}
          </Title>
          {actions !== undefined && <Group gap="xs">{actions}</Group>}
        </Group>
        {children}
      </Stack>
    </Paper>
  )
}
