/** Sends somebody without an account the link to fill in a case: a new one, or one that is there. */
import { Alert, Button, Group, Modal, NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Link } from 'react-router'
import { post } from '../../../shared/api.ts'
import type { CaseKind } from '../../../shared/case/model.ts'
import { KINDS } from '../../../shared/case/words.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { useUnsaved } from '../../../shared/unsaved.tsx'

const TEXTS = {
  ro: {
    title: 'Invită un solicitant',
    about:
      'Primește prin e-mail un link cu care completează dosarul, fără cont. Linkurile trimise înainte nu mai deschid nimic.',
    email: 'E-mailul solicitantului',
    language: 'Limba mesajului',
    kind: 'Felul solicitantului',
    send: 'Trimite invitația',
    close: 'Închide',
    sent: 'Invitația a plecat. Linkul este valabil până la',
    unsent: 'Dosarul există, dar serverul de e-mail nu a primit mesajul. Trimite invitația din nou din dosar.',
    open: 'Deschide dosarul',
  },
  en: {
    title: 'Invite an applicant',
    about: 'They receive a link by e-mail to fill in the case, without an account. Links sent earlier stop working.',
    email: 'Applicant’s e-mail address',
    language: 'Language of the e-mail',
    kind: 'Type of applicant',
    send: 'Send invitation',
    close: 'Close',
    sent: 'The invitation has been sent. The link is valid until',
    unsent:
      'The case was created, but the mail server did not accept the message. Send the invitation again from the case.',
    open: 'Open case',
  },
}

type Answer = { readonly case_id: number; readonly expires_at: string; readonly is_mailed: boolean }
type Props = {
  readonly is_open: boolean
  /** Of a case that is there. */
  readonly case_id?: number
  onClose(): void
}

export function InviteDialog({ is_open, case_id, onClose }: Props) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const queries = useQueryClient()
  const [email, setEmail] = useState('')
  useUnsaved(is_open && email.trim() !== '')
  const [mail_language, setMailLanguage] = useState<'ro' | 'en'>('ro')
  const [kind, setKind] = useState<CaseKind>('legal')
  const invite = useMutation({
    mutationFn: () =>
      case_id === undefined
        ? post<Answer>('/cases/invitations', { email: email.trim(), language: mail_language, kind })
        : post<Answer>(`/cases/${case_id}/invitations`, { email: email.trim(), language: mail_language }),
    onSuccess: ({ case_id: of }) =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['cases'] }),
        queries.invalidateQueries({ queryKey: ['case', of] }),
      ]),
  })
  const close = () => {
    invite.reset()
    setEmail('')
    onClose()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    invite.mutate()
  }
  return (
    <Modal opened={is_open} onClose={close} title={t.title} closeButtonProps={{ 'aria-label': t.close }}>
      {invite.data === undefined ? (
        <form onSubmit={submit}>
          <Stack gap="sm">
            <Text size="sm">{t.about}</Text>
            <Problem error={invite.error} />
            <TextInput
              label={t.email}
              type="email"
              required
              maxLength={254}
              autoComplete="off"
              data-autofocus
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
            {case_id === undefined && (
              <NativeSelect
                label={t.kind}
                value={kind}
                onChange={(event) => setKind(event.currentTarget.value as CaseKind)}
                data={(['legal', 'natural'] as const).map((value) => ({ value, label: KINDS[value][language] }))}
              />
            )}
            <NativeSelect
              label={t.language}
              value={mail_language}
              onChange={(event) => setMailLanguage(event.currentTarget.value as 'ro' | 'en')}
              data={[
                { value: 'ro', label: 'Română' },
                { value: 'en', label: 'English' },
              ]}
            />
            <Group justify="flex-end">
              <Button type="submit" loading={invite.isPending}>
                {t.send}
              </Button>
            </Group>
          </Stack>
        </form>
      ) : (
        <Stack gap="sm">
          <Alert color={invite.data.is_mailed ? 'green' : 'orange'} variant="light" role="status">
            {invite.data.is_mailed ? (
              <>
                {t.sent} <Moment at={invite.data.expires_at} />.
              </>
            ) : (
              t.unsent
            )}
          </Alert>
          <Group justify="flex-end">
            {case_id === undefined && (
              <Button component={Link} to={`/cases/${invite.data.case_id}`} variant="default">
                {t.open}
              </Button>
            )}
            <Button onClick={close}>{t.close}</Button>
          </Group>
        </Stack>
      )}
    </Modal>
  )
}
