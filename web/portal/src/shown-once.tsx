/** A secret that is shown this once: in a dialog that does not close by a slip of the hand. */
import { Alert, Button, Code, CopyButton, Group, Modal, Stack } from '@mantine/core'
import { useTexts } from '../../shared/texts.tsx'

const TEXTS = {
  ro: {
    once: 'Copiaz-o acum: nu va mai fi arătată.',
    copy: 'Copiază',
    copied: 'Copiat',
    done: 'Am păstrat-o',
  },
  en: { once: 'Copy it now: it is not shown again.', copy: 'Copy', copied: 'Copied', done: 'I have kept it' },
}

type Props = {
  readonly title: string
  readonly secret: string | undefined
  /** What becomes of the former one. */
  readonly note: string
  readonly onClose: () => void
}

export function ShownOnce({ title, secret, note, onClose }: Props) {
  const t = useTexts(TEXTS)
  return (
    <Modal
      opened={secret !== undefined}
      onClose={onClose}
      title={title}
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
    >
      <Stack gap="md">
        <Alert color="orange" variant="light" c="dark">
          {t.once} {note}
        </Alert>
        <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {secret ?? ''}
        </Code>
        <Group justify="flex-end">
          <CopyButton value={secret ?? ''}>
            {({ copied, copy }) => (
              <Button variant="default" onClick={copy}>
                {copied ? t.copied : t.copy}
              </Button>
            )}
          </CopyButton>
          <Button onClick={onClose}>{t.done}</Button>
        </Group>
      </Stack>
    </Modal>
  )
}
