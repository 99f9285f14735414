import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { ApiError, post } from '../../../shared/api.ts'
import { Problem } from '../../../shared/problem.tsx'
import { useTexts } from '../../../shared/texts.tsx'

export type Invited = { readonly user_name: string; readonly expires_at: string; readonly is_mail_sent: boolean }

const TEXTS = {
  ro: {
    invite: 'Invită pe cineva',
    name: 'Nume',
    email: 'E-mail',
    user: 'Utilizator (partea din fața semnului @)',
    hint: '3–32 de litere mici, cifre, puncte sau liniuțe',
    role: 'Rol',
    roles: { partner_admin: 'administrator', partner_reader: 'numai citire' },
    send: 'Trimite invitația',
  },
  en: {
    invite: 'Invite somebody',
    name: 'Name',
    email: 'Mail',
    user: 'User name (the part before the @)',
    hint: '3 to 32 small letters, digits, dots or dashes',
    role: 'Role',
    roles: { partner_admin: 'administrator', partner_reader: 'reads only' },
    send: 'Send the invitation',
  },
}

type Props = {
  readonly path: string
  readonly opened: boolean
  readonly onClose: () => void
  readonly onInvited: (invited: Invited) => void
}

const EMPTY = { user_name: '', name: '', email: '', role: 'partner_admin' }

export function InviteDialog({ path, opened, onClose, onInvited }: Props) {
  const t = useTexts(TEXTS)
  const [typed, setTyped] = useState(EMPTY)
  const set = (name: keyof typeof EMPTY) => (value: string) => setTyped((before) => ({ ...before, [name]: value }))
  const send = useMutation({
    mutationFn: () => post<Invited>(path, typed),
    onSuccess(answer) {
      setTyped(EMPTY)
      onInvited(answer)
    },
  })
  const error = send.error instanceof ApiError ? send.error : undefined
  const of = (field: string) => (error?.field === field ? error.message : undefined)
  const is_elsewhere = send.error !== null && !(error?.field !== undefined && error.field in EMPTY)
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
            label={t.user}
            description={t.hint}
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
