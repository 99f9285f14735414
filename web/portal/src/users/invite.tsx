import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { ApiError, post } from '../../../shared/api.ts'
import { Problem } from '../../../shared/problem.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { type Invited, USER_TEXTS } from './model.ts'

type Props = {
  readonly opened: boolean
  readonly onClose: () => void
  readonly onInvited: (invited: Invited) => void
}

const FIELDS = ['user_name', 'name', 'email'] as const
const EMPTY = { user_name: '', name: '', email: '', role: 'partner_reader' }

/** Adds somebody, who gets a link by mail. */
export function InviteDialog({ opened, onClose, onInvited }: Props) {
  const t = useTexts(USER_TEXTS)
  const [typed, setTyped] = useState(EMPTY)
  const set = (name: keyof typeof EMPTY) => (value: string) => setTyped((before) => ({ ...before, [name]: value }))
  const send = useMutation({
    mutationFn: () => post<Invited>('/users', typed),
    onSuccess(answer) {
      setTyped(EMPTY)
      onInvited(answer)
    },
  })
  const error = send.error instanceof ApiError ? send.error : undefined
  const of = (field: string) => (error?.field === field ? error.message : undefined)
  const is_elsewhere = send.error !== null && !FIELDS.some((name) => of(name) !== undefined)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    send.mutate()
  }
  return (
    <Modal opened={opened} onClose={onClose} title={t.invite}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          {is_elsewhere && <Problem error={send.error} />}
          <TextInput
            label={t.name}
            value={typed.name}
            onChange={(event) => set('name')(event.currentTarget.value)}
            error={of('name')}
            autoComplete="off"
            required
            data-autofocus
          />
          <TextInput
            label={t.email}
            type="email"
            value={typed.email}
            onChange={(event) => set('email')(event.currentTarget.value)}
            error={of('email')}
            autoComplete="off"
            required
          />
          <TextInput
            label={t.before_at}
            description={t.before_at_hint}
            value={typed.user_name}
            onChange={(event) => set('user_name')(event.currentTarget.value.trim().toLowerCase())}
            error={of('user_name')}
            maxLength={32}
            autoCapitalize="none"
            autoComplete="off"
            required
          />
          <Select
            label={t.role}
            value={typed.role}
            onChange={(value) => set('role')(value ?? EMPTY.role)}
            data={Object.entries(t.roles).map(([value, label]) => ({ value, label }))}
            allowDeselect={false}
          />
          <Group justify="flex-end">
            <Button type="submit" loading={send.isPending}>
              {t.send}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
