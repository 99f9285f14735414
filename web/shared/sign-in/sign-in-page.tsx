/** The way in: one step after the other, as the server asks for them. It stands in the place of whatever page was opened. */
import {
  Alert,
  Button,
  Center,
  Divider,
  Group,
  Paper,
  PasswordInput,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { get, post } from '../api.ts'
import { LanguageSwitch } from '../language-switch.tsx'
import { ME_KEY, type Me } from '../me.ts'
import { Problem } from '../problem.tsx'
import { type Texts, useTexts } from '../texts.tsx'
import { CodeStep, isLost } from './code-step.tsx'
import { EnrolmentStep } from './enrolment.tsx'
import { Form } from './form.tsx'
import { NewPassword } from './new-password.tsx'
import { PasskeyBrokenOff, showPasskey, usePasskeysPossible } from './passkey.ts'
import { RecoveryCodes } from './recovery-codes.tsx'
import type { Step, StepProps } from './step.ts'

export type { Step } from './step.ts'

const TEXTS = {
  ro: {
    title: 'Intră în cont',
    user: 'Utilizator',
    password: 'Parolă',
    go: 'Continuă',
    or: 'sau',
    passkey: 'Intră cu o cheie de acces',
    passkey_factor: 'Folosește o cheie de acces',
    broken_off: 'Cheia de acces nu a fost arătată: cererea a fost anulată sau a expirat.',
    code: 'Cod din aplicația de autentificare sau cod de recuperare',
    factor: 'Al doilea factor',
    change: 'Alege o parolă nouă',
    change_why: 'Parola a fost dată de altcineva sau a ajuns la vârsta la care se schimbă.',
    enrol: 'Leagă aplicația de autentificare',
    codes: 'Coduri de recuperare',
    lost: 'Pasul a durat prea mult sau a fost încheiat. Ia-o de la început.',
    ended: (name: string) => `Sesiunea lui ${name} s-a încheiat`,
    ended_text: 'Ce ai scris pe pagină te așteaptă încă 30 de minute: intră din nou și continuă de unde ai rămas.',
  },
  en: {
    title: 'Sign in',
    user: 'User name',
    password: 'Password',
    go: 'Continue',
    or: 'or',
    passkey: 'Sign in with a passkey',
    passkey_factor: 'Use a passkey',
    broken_off: 'The passkey was not presented: the request was cancelled or timed out.',
    code: 'Code from the authenticator app, or a recovery code',
    factor: 'Second factor',
    change: 'Choose a new password',
    change_why: 'Your password was set by someone else, or is due to be changed.',
    enrol: 'Connect an authenticator app',
    codes: 'Recovery codes',
    lost: 'That step took too long or was ended. Please start again.',
    ended: (name: string) => `${name}’s session has ended`,
    ended_text: 'What you typed is kept on the page for another 30 minutes: sign in and carry on where you left off.',
  },
}

type Props = {
  readonly name: Texts<string>
  /** The sign-in that somebody has begun elsewhere: by the link of an invitation. */
  readonly begun?: Step
  /** Whose session has just ended; the page lies underneath. */
  readonly ended?: string | undefined
}

export function SignInPage({ name, begun, ended }: Props) {
  const t = useTexts(TEXTS)
  const app = useTexts(name)
  const enter = useEntry(ended)
  const [step, setStep] = useState<Step | undefined>(begun)
  const [is_lost, setIsLost] = useState(false)
  const take = (next: Step) => {
    setIsLost(false)
    if (next.stage === 'open' && next.recovery_codes === undefined) void enter()
    else setStep(next)
  }
  const lose = () => {
    setStep(undefined)
    setIsLost(true)
  }
  const title = titleOf(step, t)
  useEffect(() => {
    const before = document.title
    document.title = `${title} – ${app}`
    // The page that lies underneath has its own back.
    return () => {
      document.title = before
    }
  }, [title, app])
  const props = { onDone: take, onLost: lose }
  return (
    <Center mih="100vh" p="md" component="main" className="punte-way-in">
      <Paper withBorder p={{ base: 'md', xs: 'xl' }} w={440} maw="100%">
        <Stack gap="md">
          <Group justify="space-between" wrap="nowrap" className="punte-no-print">
            <Text fw={700}>{app}</Text>
            <LanguageSwitch />
          </Group>
          <Title order={1} size="h3">
            {title}
          </Title>
          {is_lost && <Alert color="orange" variant="light" role="alert" title={t.lost} />}
          {ended !== undefined && step === undefined && (
            <Alert color="blue" variant="light" role="status" title={t.ended(ended)}>
              {t.ended_text}
            </Alert>
          )}
          {step === undefined && <PasswordStep {...props} user_name={ended ?? ''} />}
          {step?.stage === 'second_factor' && <FactorStep {...props} has_passkeys={step.has_passkeys === true} />}
          {step?.stage === 'password' && <NewPasswordStep {...props} />}
          {step?.stage === 'enrolment' && <EnrolmentStep {...props} />}
          {step?.recovery_codes !== undefined && (
            <RecoveryCodes codes={step.recovery_codes} onKept={() => void enter()} />
          )}
        </Stack>
      </Paper>
    </Center>
  )
}

function titleOf(step: Step | undefined, t: (typeof TEXTS)['ro']): string {
  if (step?.recovery_codes !== undefined) return t.codes
  if (step === undefined || step.stage === 'open') return t.title
  return { second_factor: t.factor, password: t.change, enrolment: t.enrol }[step.stage]
}

/** Into the app: of what was kept of somebody else nothing is left. */
function useEntry(ended: string | undefined): () => Promise<void> {
  const queries = useQueryClient()
  return async () => {
    const others = { predicate: ({ queryKey }: { readonly queryKey: readonly unknown[] }) => queryKey[0] !== ME_KEY[0] }
    const me = await get<Me>('/me').catch(() => undefined)
    if (me === undefined) return queries.invalidateQueries({ queryKey: ME_KEY })
    if (me.user_name === ended) void queries.invalidateQueries(others)
    else queries.removeQueries(others)
    queries.setQueryData(ME_KEY, me)
  }
}

function PasswordStep({ onDone, user_name: before }: StepProps & { readonly user_name: string }) {
  const t = useTexts(TEXTS)
  const [user_name, setUserName] = useState(before)
  const [password, setPassword] = useState('')
  const send = useMutation({
    mutationFn: () => post<Step>('/sign-in', { user_name, password }),
    onSuccess: onDone,
    onError: () => setPassword(''),
  })
  return (
    <>
      <Form onSubmit={() => send.mutate()}>
        <Problem error={send.error} />
        <TextInput
          label={t.user}
          value={user_name}
          onChange={(event) => setUserName(event.currentTarget.value)}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={100}
          required
        />
        <PasswordInput
          label={t.password}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="current-password"
          maxLength={256}
          required
        />
        <Button type="submit" loading={send.isPending}>
          {t.go}
        </Button>
      </Form>
      <PasskeyButton path="/sign-in/passkey" label={t.passkey} onDone={onDone} />
    </>
  )
}

function FactorStep({ has_passkeys, ...props }: StepProps & { readonly has_passkeys: boolean }) {
  const t = useTexts(TEXTS)
  return (
    <>
      <CodeStep {...props} path="/sign-in/second-factor" label={t.code} />
      {has_passkeys && <PasskeyButton {...props} path="/sign-in/second-factor/passkey" label={t.passkey_factor} />}
    </>
  )
}

type PasskeyProps = {
  readonly path: string
  readonly label: string
  readonly onDone: (step: Step) => void
  readonly onLost?: () => void
}

function PasskeyButton({ path, label, onDone, onLost }: PasskeyProps) {
  const t = useTexts(TEXTS)
  const is_possible = usePasskeysPossible()
  const send = useMutation({
    mutationFn: () => showPasskey<Step>(path),
    onSuccess: onDone,
    onError: (error) => (isLost(error) ? onLost?.() : undefined),
  })
  if (!is_possible) return null
  return (
    <>
      <Divider label={t.or} labelPosition="center" />
      {send.error instanceof PasskeyBrokenOff ? (
        <Alert color="orange" variant="light" role="alert" title={t.broken_off} />
      ) : (
        <Problem error={send.error} />
      )}
      <Button variant="default" onClick={() => send.mutate()} loading={send.isPending}>
        {label}
      </Button>
    </>
  )
}

function NewPasswordStep({ onDone, onLost }: StepProps) {
  const t = useTexts(TEXTS)
  const [password, setPassword] = useState('')
  const send = useMutation({
    mutationFn: () => post<Step>('/sign-in/password', { password }),
    onSuccess: onDone,
    onError: (error) => (isLost(error) ? onLost() : undefined),
  })
  return (
    <Form onSubmit={() => send.mutate()}>
      <Text size="sm">{t.change_why}</Text>
      <Problem error={ofPassword(send.error) ? undefined : send.error} />
      <NewPassword value={password} onChange={setPassword} error={send.error} />
      <Button type="submit" loading={send.isPending}>
        {t.go}
      </Button>
    </Form>
  )
}

const ofPassword = (error: unknown): boolean => error instanceof Error && 'field' in error && error.field === 'password'
