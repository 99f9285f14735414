/** Invites somebody to sign in for a partner: by the partner's own people, or by staff. */
import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { ApiError, post } from './api.ts'
import { Problem } from './problem.tsx'
import { type Texts, useTexts } from './texts.tsx'

export type Invited = { readonly user_name: string; readonly expires_at: string; readonly is_mail_sent: boolean }

type Field = 'user_name' | 'name' | 'email'

const ROLES = ['partner_admin', 'partner_reader'] as const
export type PartnerRole = (typeof ROLES)[number]

export const PARTNER_ROLE_WORDS: Texts<Readonly<Record<PartnerRole, string>>> = {
  ro: { partner_admin: 'administrator', partner_reader: 'numai citire' },
  en: { partner_admin: 'administrator', partner_reader: 'read-only' },
}

const TEXTS = {
  ro: {
    invite: 'Invită pe cineva',
    name: 'Nume',
    email: 'E-mail',
    user_name: 'Utilizator (partea din fața semnului @)',
    hint: '3–32 de litere mici, cifre, puncte sau liniuțe',
    role: 'Rol',
    close: 'Închide',
    send: 'Trimite invitația',
    wrong: {
      user_name: 'Nu este bun, sau cineva îl are deja: 3–32 de litere mici, cifre, puncte sau liniuțe.',
      name: 'Numele nu este bun.',
      email: 'Nu este o adresă de e-mail.',
    } as Readonly<Record<Field, string>>,
  },
  en: {
    invite: 'Invite a user',
    name: 'Name',
    email: 'E-mail',
    user_name: 'User name (the part before the @)',
    hint: '3 to 32 lower-case letters, digits, dots or dashes',
    role: 'Role',
    close: 'Close',
    send: 'Send invitation',
    wrong: {
      user_name: 'It is taken or not valid: 3 to 32 lower-case letters, digits, dots or dashes.',
      name: 'This is not a valid name.',
      email: 'This is not an e-mail address.',
    } as Readonly<Record<Field, string>>,
  },
}

type Props = {
  /** The call that invites: `/users`. */
  readonly path: string
  /** What is offered first. */
  readonly first_role: PartnerRole
  readonly opened: boolean
  onClose(): void
  onInvited(invited: Invited): void
}

const EMPTY: Readonly<Record<Field, string>> = { user_name: '', name: '', email: '' }
const isField = (field: string | undefined): field is Field => field !== undefined && field in EMPTY

/** Who is invited gets a link by mail. */
export function InviteDialog({ path, first_role, opened, onClose, onInvited }: Props) {
  const t = useTexts(TEXTS)
  const roles = useTexts(PARTNER_ROLE_WORDS)
  const [typed, setTyped] = useState(EMPTY)
  const [role, setRole] = useState<string>(first_role)
  const send = useMutation({
    mutationFn: () => post<Invited>(path, { ...typed, role }),
    onSuccess(answer) {
      setTyped(EMPTY)
      setRole(first_role)
      onInvited(answer)
    },
  })
  const wrong = send.error instanceof ApiError ? send.error.field : undefined
  const input = (field: Field) => ({
    label: t[field],
    value: typed[field],
    error: wrong === field ? t.wrong[field] : undefined,
    autoComplete: 'off',
    required: true,
  })
  const set = (field: Field, value: string) => setTyped((before) => ({ ...before, [field]: value }))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    send.mutate()
  }
  return (
    <Modal opened={opened} onClose={onClose} title={t.invite} closeButtonProps={{ 'aria-label': t.close }}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          {send.error !== null && !isField(wrong) && <Problem error={send.error} />}
          <TextInput {...input('name')} onChange={(event) => set('name', event.currentTarget.value)} data-autofocus />
          <TextInput {...input('email')} type="email" onChange={(event) => set('email', event.currentTarget.value)} />
          <TextInput
            {...input('user_name')}
            description={t.hint}
            maxLength={32}
            autoCapitalize="none"
            onChange={(event) => set('user_name', event.currentTarget.value.trim().toLowerCase())}
          />
          <Select
            label={t.role}
            value={role}
            onChange={(value) => setRole(value ?? first_role)}
            data={ROLES.map((value) => ({ value, label: roles[value] }))}
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
