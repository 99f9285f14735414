/** A dialog for what a session alone may not do: it asks for the password once more. */
import { Button, Group, Modal, PasswordInput, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { Problem, useRefusal } from '../problem.tsx'
import { Form } from '../sign-in/form.tsx'
import { PasskeyBrokenOff } from '../sign-in/passkey.ts'
import { useTexts } from '../texts.tsx'
import { isWrongPassword } from './password-section.tsx'

const TEXTS = {
  ro: {
    current: 'Parola actuală',
    cancel: 'Renunță',
    broken_off: 'Nu s-a făcut nimic: cererea către dispozitiv a fost anulată, a expirat sau cheia există deja.',
  },
  en: {
    current: 'Current password',
    cancel: 'Cancel',
    broken_off:
      'Nothing was done: the request to the device was cancelled or timed out, or the key is already registered.',
  },
}

type Props<T> = {
  readonly title: string
  readonly text: string
  readonly go: string
  readonly act: (current: string) => Promise<T>
  readonly onDone: (result: T) => void
  readonly onClose: () => void
  /** Further fields, above the password. */
  readonly children?: ReactNode
}

export function WithPassword<T>({ title, text, go, act, onDone, onClose, children }: Props<T>) {
  const t = useTexts(TEXTS)
  const words = useRefusal()
  const [current, setCurrent] = useState('')
  const send = useMutation({ mutationFn: () => act(current), onSuccess: onDone })
  const is_wrong = isWrongPassword(send.error)
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t.cancel }}>
      <Form onSubmit={() => send.mutate()}>
        {send.error instanceof PasskeyBrokenOff ? (
          <Text size="sm" c="red.9" role="alert">
            {t.broken_off}
          </Text>
        ) : (
          !is_wrong && <Problem error={send.error} />
        )}
        <Text size="sm">{text}</Text>
        {children}
        <PasswordInput
          label={t.current}
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
          autoComplete="current-password"
          maxLength={256}
          error={is_wrong ? words(send.error) : undefined}
          required
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t.cancel}
          </Button>
          <Button type="submit" loading={send.isPending}>
            {go}
          </Button>
        </Group>
      </Form>
    </Modal>
  )
}
