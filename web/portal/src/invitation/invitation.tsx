/** Opened by the link of an invitation: a password is chosen, and the sign-in goes on from there. */
import { Button, Center, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { Navigate, useNavigate } from 'react-router'
import { ApiError, get, post } from '../../../shared/api.ts'
import { LanguageSwitch } from '../../../shared/language-switch.tsx'
import { ME_KEY, type Me } from '../../../shared/me.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { Form, isOfField } from '../../../shared/sign-in/form.tsx'
import { NewPassword } from '../../../shared/sign-in/new-password.tsx'
import { SignInPage, type Step } from '../../../shared/sign-in/sign-in-page.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { NAME } from '../pages.ts'

const TEXTS = {
  ro: {
    title: 'Alege o parolă',
    for_whom: 'Utilizator',
    until: 'Linkul este bun până la',
    go: 'Continuă',
    ended: 'Linkul nu mai este bun',
    ended_text: 'A fost folosit, a expirat sau altul i-a luat locul. Cere administratorului companiei tale unul nou.',
    sign_in: 'Intră în cont',
  },
  en: {
    title: 'Choose a password',
    for_whom: 'User name',
    until: 'The link is good until',
    go: 'Continue',
    ended: 'The link is not good any more',
    ended_text:
      'It was used, has expired, or another has taken its place. Ask the administrator of your company for a new one.',
    sign_in: 'Sign in',
  },
}

type Shown = { readonly user_name: string; readonly partner_name: string; readonly expires_at: string }

export function InvitationPage() {
  const t = useTexts(TEXTS)
  const app = useTexts(NAME)
  const [token] = useState(() => window.location.hash.slice(1))
  const [begun, setBegun] = useState<Step>()
  const shown = useQuery({
    queryKey: ['invitation'],
    queryFn: () => post<Shown>('/invitation', { token }),
    retry: false,
    enabled: begun === undefined,
  })
  useEffect(() => {
    document.title = `${t.title} – ${app}`
  }, [t.title, app])
  if (begun !== undefined) return <Onwards begun={begun} />
  const is_ended = shown.error instanceof ApiError && (shown.error.status === 410 || shown.error.status === 400)
  return (
    <Center mih="100vh" p="md" component="main">
      <Paper withBorder p="xl" w={420} maw="100%">
        <Stack gap="md">
          <Group justify="space-between" wrap="nowrap">
            <Text fw={700}>{app}</Text>
            <LanguageSwitch />
          </Group>
          <Title order={1} size="h3">
            {is_ended ? t.ended : t.title}
          </Title>
          {is_ended && (
            <>
              <Text size="sm">{t.ended_text}</Text>
              <Button component="a" href="/portal/" variant="default">
                {t.sign_in}
              </Button>
            </>
          )}
          {!is_ended && shown.error !== null && <Problem error={shown.error} />}
          {shown.isPending && <Skeleton h={160} />}
          {shown.data !== undefined && <ChoosePassword token={token} shown={shown.data} onDone={setBegun} />}
        </Stack>
      </Paper>
    </Center>
  )
}

/** The steps of a sign-in, and then the first page. */
function Onwards({ begun }: { readonly begun: Step }) {
  const me = useQuery({ queryKey: ME_KEY, queryFn: () => get<Me>('/me', { background: true }), retry: false })
  return me.data === undefined ? <SignInPage name={NAME} begun={begun} /> : <Navigate to="/" replace />
}

type FormProps = { readonly token: string; readonly shown: Shown; readonly onDone: (step: Step) => void }

function ChoosePassword({ token, shown, onDone }: FormProps) {
  const t = useTexts(TEXTS)
  const navigate = useNavigate()
  const [password, setPassword] = useState('')
  const send = useMutation({
    mutationFn: () => post<Step>('/invitation/password', { token, password }),
    onSuccess(step) {
      // The link is used up: it need not stay in the history of the browser.
      navigate('/invitation', { replace: true })
      onDone(step)
    },
  })
  return (
    <Form onSubmit={() => send.mutate()}>
      {!isOfField(send.error, 'password') && <Problem error={send.error} />}
      <Text size="sm">
        {shown.partner_name}
        <br />
        {t.for_whom}: <b>{shown.user_name}</b>
        <br />
        {t.until} <Moment at={shown.expires_at} />
      </Text>
      <input type="text" name="username" autoComplete="username" value={shown.user_name} readOnly hidden />
      <NewPassword value={password} onChange={setPassword} error={send.error} is_asked={false} />
      <Button type="submit" loading={send.isPending}>
        {t.go}
      </Button>
    </Form>
  )
}
