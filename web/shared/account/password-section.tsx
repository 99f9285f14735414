import { Alert, Button, Group, PasswordInput, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiError, post } from '../api.ts'
import { ME_KEY, useMe } from '../me.ts'
import { Moment } from '../moment.tsx'
import { Problem, useRefusal } from '../problem.tsx'
import { Form, isOfField } from '../sign-in/form.tsx'
import { NewPassword } from '../sign-in/new-password.tsx'
import { useTexts } from '../texts.tsx'
import { ACCOUNT_KEY, type Account } from './account.ts'
import { Section } from './section.tsx'

const TEXTS = {
  ro: {
    title: 'Parola',
    since: 'Schimbată la',
    due: 'Trebuie schimbată cel târziu la',
    change: 'Schimbă parola',
    current: 'Parola actuală',
    save: 'Salvează parola nouă',
    cancel: 'Renunță',
    done: 'Parola este schimbată. Celelalte sesiuni ale tale s-au încheiat.',
  },
  en: {
    title: 'Password',
    since: 'Changed on',
    due: 'Must be changed by',
    change: 'Change password',
    current: 'Current password',
    save: 'Save new password',
    cancel: 'Cancel',
    done: 'Your password has been changed. Your other sessions have ended.',
  },
}

const DAY_MS = 86_400_000

export function PasswordSection({ account }: { readonly account: Account }) {
  const t = useTexts(TEXTS)
  const [state, setState] = useState<'shown' | 'changing' | 'done'>('shown')
  const due_at = new Date(Date.parse(account.password_at) + account.password_days * DAY_MS).toISOString()
  return (
    <Section title={t.title}>
      <Text size="sm">
        {t.since} <Moment at={account.password_at} only="date" />. {t.due} <Moment at={due_at} only="date" />.
      </Text>
      {state === 'done' && <Alert color="green" variant="light" role="status" title={t.done} />}
      {state === 'changing' ? (
        <ChangeForm onDone={() => setState('done')} onCancel={() => setState('shown')} />
      ) : (
        <Group>
          <Button variant="default" onClick={() => setState('changing')}>
            {t.change}
          </Button>
        </Group>
      )}
    </Section>
  )
}

function ChangeForm({ onDone, onCancel }: { readonly onDone: () => void; readonly onCancel: () => void }) {
  const t = useTexts(TEXTS)
  const me = useMe()
  const words = useRefusal()
  const queries = useQueryClient()
  const [current, setCurrent] = useState('')
  const [password, setPassword] = useState('')
  const send = useMutation({
    mutationFn: () => post('/me/password', { current, password }),
    onSuccess() {
      for (const queryKey of [ME_KEY, ACCOUNT_KEY]) void queries.invalidateQueries({ queryKey })
      onDone()
    },
  })
  const is_wrong = isWrongPassword(send.error)
  return (
    <Form onSubmit={() => send.mutate()}>
      {!is_wrong && !isOfField(send.error, 'password') && <Problem error={send.error} />}
      <input type="text" name="username" autoComplete="username" value={me.user_name} readOnly hidden />
      <PasswordInput
        label={t.current}
        value={current}
        onChange={(event) => setCurrent(event.currentTarget.value)}
        autoComplete="current-password"
        maxLength={256}
        error={is_wrong ? words(send.error) : undefined}
        required
      />
      <NewPassword value={password} onChange={setPassword} error={send.error} />
      <Group>
        <Button type="submit" loading={send.isPending}>
          {t.save}
        </Button>
        <Button variant="default" onClick={onCancel}>
          {t.cancel}
        </Button>
      </Group>
    </Form>
  )
}

export const isWrongPassword = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 'CURRENT_PASSWORD_WRONG'
