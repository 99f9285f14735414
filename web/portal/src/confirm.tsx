/** Asks before something is done that others will notice. */
import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { Problem } from '../../shared/problem.tsx'
import { useTexts } from '../../shared/texts.tsx'

const TEXTS = { ro: { no: 'Renunță' }, en: { no: 'Cancel' } }

type Props = {
  readonly opened: boolean
  readonly title: string
  readonly text: string
  readonly yes: string
  readonly is_pending: boolean
  readonly error: unknown
  readonly onYes: () => void
  readonly onClose: () => void
}

export function Confirm({ opened, title, text, yes, is_pending, error, onYes, onClose }: Props) {
  const t = useTexts(TEXTS)
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t.no }}>
      <Stack gap="md">
        <Problem error={error} />
        <Text size="sm">{text}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t.no}
          </Button>
          <Button onClick={onYes} loading={is_pending}>
            {yes}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
