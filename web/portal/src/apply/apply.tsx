/**
 * The form behind an invitation: no account, the link is the key. apply.tsx opens it and shows where the case stands,
 * application-form.tsx is the form while it is the applicant's turn.
 */
import { Alert, Button, Container, Group, Modal, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { ApiError, get, post } from '../../../shared/api.ts'
import { DocumentList } from '../../../shared/case/documents.tsx'
import type { ApplicantView } from '../../../shared/case/model.ts'
import { LanguageSwitch } from '../../../shared/language-switch.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { NAME } from '../pages.ts'
import { ApplicationForm } from './application-form.tsx'

const TEXTS = {
  ro: {
    title: 'Cerere de parteneriat',
    invalid: 'Linkul nu este valabil',
    invalid_text:
      'A expirat, a fost înlocuit de altul mai nou sau nu a fost copiat întreg. Deschide-l din nou din e-mail sau cere un link nou celui care te-a invitat.',
    submitted: 'Cererea a fost depusă',
    submitted_text: 'O verificăm. Dacă mai este nevoie de ceva, îți scriem la adresa la care ai primit invitația.',
    in_review: 'Cererea este în analiză',
    in_review_text: 'Dacă mai este nevoie de ceva, îți scriem. Până atunci nu mai ai nimic de făcut.',
    documents: 'Documentele trimise',
    withdraw: 'Retrag cererea',
    withdraw_about: 'Cererea se închide și nu mai poate fi continuată.',
    withdrawn: 'Cererea a fost retrasă.',
    back: 'Înapoi',
    close: 'Închide',
  },
  en: {
    title: 'Application for partnership',
    invalid: 'The link is not valid',
    invalid_text:
      'It has expired, a newer one has taken its place, or it was not copied whole. Open it again from the mail, or ask whoever invited you for a new one.',
    submitted: 'The application is handed in',
    submitted_text: 'We look at it. If anything else is needed, we write to the address that got the invitation.',
    in_review: 'The application is under review',
    in_review_text: 'If anything else is needed, we write to you. Until then there is nothing to do.',
    documents: 'Documents sent',
    withdraw: 'Withdraw the application',
    withdraw_about: 'The application is closed and cannot be continued.',
    withdrawn: 'The application is withdrawn.',
    back: 'Back',
    close: 'Close',
  },
}

const KEPT_IN = 'punte-application'
const POLL_MS = 60_000

/** Out of the address bar at once, where it would be seen and kept; a reload of this tab still finds it. */
function tokenOfLink(): string {
  const token = window.location.hash.slice(1)
  if (token !== '') {
    sessionStorage.setItem(KEPT_IN, token)
    history.replaceState(null, '', window.location.pathname)
  }
  return token === '' ? (sessionStorage.getItem(KEPT_IN) ?? '') : token
}

export function ApplyPage() {
  const t = useTexts(TEXTS)
  const app = useTexts(NAME)
  useEffect(() => {
    document.title = `${t.title} – ${app}`
  }, [t.title, app])
  return (
    <Container component="main" size="lg" py="md">
      <Stack gap="md">
        <Group justify="space-between">
          <Text fw={700}>{app}</Text>
          <LanguageSwitch />
        </Group>
        <Opened />
      </Stack>
    </Container>
  )
}

function Opened() {
  const t = useTexts(TEXTS)
  const [token] = useState(tokenOfLink)
  const queries = useQueryClient()
  const headers = { 'x-invitation': token }
  const found = useQuery({
    queryKey: ['application'],
    queryFn: () => get<ApplicantView>('/application', { headers }),
    // What is being typed must not be taken from under the hands; what waits for staff is looked at again.
    refetchInterval: ({ state }) => (state.data !== undefined && !state.data.may_edit ? POLL_MS : false),
  })
  const [is_withdrawn, setIsWithdrawn] = useState(false)
  if (is_withdrawn)
    return (
      <Alert color="gray" role="status">
        {t.withdrawn}
      </Alert>
    )
  if (found.error instanceof ApiError && found.error.code === 'INVITATION_INVALID')
    return (
      <>
        <Title order={1} size="h2">
          {t.invalid}
        </Title>
        <Text>{t.invalid_text}</Text>
      </>
    )
  if (found.data === undefined)
    return (
      <>
        <Title order={1} size="h2">
          {t.title}
        </Title>
        <Problem error={found.error} />
        {found.isPending && <Skeleton h={240} />}
      </>
    )
  const view = found.data
  return (
    <>
      {view.may_edit ? (
        <ApplicationForm view={view} headers={headers} onView={(next) => queries.setQueryData(['application'], next)} />
      ) : (
        <Waiting view={view} />
      )}
      <Withdrawal view={view} headers={headers} onWithdrawn={() => setIsWithdrawn(true)} />
    </>
  )
}

function Waiting({ view }: { readonly view: ApplicantView }) {
  const t = useTexts(TEXTS)
  const is_submitted = view.state === 'submitted'
  return (
    <>
      <Title order={1} size="h2">
        {is_submitted ? t.submitted : t.in_review}
      </Title>
      <Text>{is_submitted ? t.submitted_text : t.in_review_text}</Text>
      <Title order={2} size="h4">
        {t.documents}
      </Title>
      <DocumentList documents={view.documents} />
    </>
  )
}

type WithdrawalProps = {
  readonly view: ApplicantView
  readonly headers: Readonly<Record<string, string>>
  onWithdrawn(): void
}

function Withdrawal({ view, headers, onWithdrawn }: WithdrawalProps) {
  const t = useTexts(TEXTS)
  const [is_asked, setIsAsked] = useState(false)
  const withdraw = useMutation({
    mutationFn: () => post('/application/withdrawal', { version: view.version }, { headers }),
    onSuccess: onWithdrawn,
  })
  return (
    <Group justify="flex-end">
      <Button variant="default" c="red.9" size="compact-sm" onClick={() => setIsAsked(true)}>
        {t.withdraw}
      </Button>
      <Modal
        opened={is_asked}
        onClose={() => setIsAsked(false)}
        title={t.withdraw}
        closeButtonProps={{ 'aria-label': t.close }}
      >
        <Stack gap="sm">
          <Text size="sm">{t.withdraw_about}</Text>
          <Problem error={withdraw.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setIsAsked(false)}>
              {t.back}
            </Button>
            <Button color="red.9" loading={withdraw.isPending} onClick={() => withdraw.mutate()}>
              {t.withdraw}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Group>
  )
}
