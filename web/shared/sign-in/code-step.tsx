import { Button, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiError, post } from '../api.ts'
import { Problem, useRefusal } from '../problem.tsx'
import { useTexts } from '../texts.tsx'
import { Form } from './form.tsx'
import type { Step, StepProps } from './step.ts'

const TEXTS = { ro: { go: 'Continuă' }, en: { go: 'Continue' } }

type Props = StepProps & { readonly path: string; readonly label: string; readonly description?: string }

export function CodeStep({ path, label, description, onDone, onLost }: Props) {
  const t = useTexts(TEXTS)
  const words = useRefusal()
  const [code, setCode] = useState('')
  const send = useMutation({
    mutationFn: () => post<Step>(path, { code: code.trim() }),
    onSuccess: onDone,
    onError: (error) => (isLost(error) ? onLost() : undefined),
  })
  const is_wrong = send.error instanceof ApiError && send.error.code === 'SECOND_FACTOR_REFUSED'
  return (
    <Form onSubmit={() => send.mutate()}>
      {!is_wrong && <Problem error={send.error} />}
      <TextInput
        label={label}
        {...(description !== undefined && { description })}
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
        error={is_wrong ? words(send.error) : undefined}
        autoComplete="one-time-code"
        autoCapitalize="none"
        spellCheck={false}
        required
      />
      <Button type="submit" loading={send.isPending}>
        {t.go}
      </Button>
    </Form>
  )
}

export const isLost = (error: unknown): boolean => error instanceof ApiError && error.code === 'SESSION_ENDED'
