/** What went wrong, in words, with the trace id that operators look for. */
import { Alert, List, Text } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { ApiError } from './api.ts'
import { REFUSALS } from './refusals.ts'
import { useTexts } from './texts.tsx'

const TEXTS = {
  ro: { title: 'Nu a mers', trace: 'Cod pentru suport', unknown: 'A apărut o problemă neașteptată.' },
  en: { title: 'That did not work', trace: 'Code for support', unknown: 'Something unexpected happened.' },
}

/** The words for what went wrong: of the server's code where they are known, else as the server says it. */
export function useRefusal(): (error: unknown) => string {
  const t = useTexts(TEXTS)
  const known = useTexts(REFUSALS)
  return (error) => (error instanceof ApiError ? (known[error.code] ?? error.message) : t.unknown)
}

/** Takes the focus when it appears, so that it is read out and seen. */
export function Problem({ error }: { readonly error: unknown }) {
  const t = useTexts(TEXTS)
  const words = useRefusal()
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (error !== null && error !== undefined) box.current?.focus()
  }, [error])
  if (error === null || error === undefined) return null
  const told = error instanceof ApiError ? error : undefined
  return (
    <Alert ref={box} tabIndex={-1} role="alert" color="red" variant="light" title={t.title}>
      <Text size="sm">{words(error)}</Text>
      {told !== undefined && told.faults.length > 1 && (
        <List size="sm">
          {told.faults.map(({ field, message }) => (
            <List.Item key={`${field} ${message}`}>{message}</List.Item>
          ))}
        </List>
      )}
      {told?.trace_id !== undefined && (
        <Text size="xs" c="dimmed">
          {t.trace}: {told.trace_id}
        </Text>
      )}
    </Alert>
  )
}
