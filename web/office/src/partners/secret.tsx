/** A new secret, after a word of warning; shown once. */
import { Alert, Button, Code, CopyButton, Group, Modal, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { post } from '../../../shared/api.ts'
import { Problem } from '../../../shared/problem.tsx'
import { useTexts } from '../../../shared/texts.tsx'

const TEXTS = {
  ro: {
    make: 'Fă unul nou',
    cancel: 'Renunță',
    once: 'Se arată doar acum. Dă-i-l partenerului pe o cale sigură.',
    copy: 'Copiază',
    copied: 'Copiat',
    close: 'Închide',
  },
  en: {
    make: 'Create a new one',
    cancel: 'Cancel',
    once: 'It is shown only now. Hand it to the partner by a secure channel.',
    copy: 'Copy',
    copied: 'Copied',
    close: 'Close',
  },
}

type Props = { readonly label: string; readonly about: string; readonly path: string }

export function SecretButton({ label, about, path }: Props) {
  const t = useTexts(TEXTS)
  const [opened, { open, close }] = useDisclosure()
  const queries = useQueryClient()
  const renewal = useMutation({ mutationFn: () => post<{ readonly secret: string }>(path), gcTime: 0 })
  const end = () => {
    close()
    renewal.reset()
    void queries.invalidateQueries({ queryKey: ['partners'] })
  }
  return (
    <>
      <Button variant="default" size="xs" onClick={open}>
        {label}
      </Button>
      <Modal opened={opened} onClose={end} title={label} closeButtonProps={{ 'aria-label': t.close }}>
        <Stack gap="sm">
          {renewal.data === undefined ? (
            <>
              <Text size="sm">{about}</Text>
              <Problem error={renewal.error} />
              <Group justify="flex-end">
                <Button variant="default" onClick={end}>
                  {t.cancel}
                </Button>
                <Button onClick={() => renewal.mutate()} loading={renewal.isPending}>
                  {t.make}
                </Button>
              </Group>
            </>
          ) : (
            <>
              <Alert color="orange" variant="light">
                {t.once}
              </Alert>
              <Code block style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
                {renewal.data.secret}
              </Code>
              <Group justify="flex-end">
                <CopyButton value={renewal.data.secret}>
                  {({ copied, copy }) => (
                    <Button variant="default" onClick={copy}>
                      {copied ? t.copied : t.copy}
                    </Button>
                  )}
                </CopyButton>
                <Button onClick={end}>{t.close}</Button>
              </Group>
            </>
          )}
        </Stack>
      </Modal>
    </>
  )
}
