/** What went wrong, in words, with the trace id that operators look for. */
import { Alert, List, Text } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { ApiError } from './api.ts'
import { REFUSALS } from './refusals.ts'
import { useLanguage, useTexts } from './texts.tsx'

const TEXTS = {
  ro: {
    title: 'Nu a mers',
    trace: 'Cod pentru suport',
    unknown: 'A apărut o problemă neașteptată.',
    particulars: 'Amănunte de la server, în engleză',
  },
  en: {
    title: 'That did not work',
    trace: 'Support code',
    unknown: 'Something unexpected happened.',
    particulars: 'Particulars',
  },
}

/** Codes whose sentence says more than the code: what must be otherwise. Only the server knows, in English. */
const WITH_PARTICULARS: readonly string[] = ['FIELD_INVALID', 'INCIDENT_STATE', 'REPORT_STATE']

/** The words for what went wrong: of the server's code where they are known, else as the server says it. */
export function useRefusal(): (error: unknown) => string {
  const t = useTexts(TEXTS)
  const known: Readonly<Record<string, string | undefined>> = useTexts(REFUSALS)
  return (error) => (isTold(error) ? (known[error.code] ?? error.message) : t.unknown)
}

/** A refusal, or what an answer tells of one. */
const isTold = (error: unknown): error is { readonly code: string; readonly message: string } =>
  error instanceof ApiError || (typeof error === 'object' && error !== null && 'code' in error && 'message' in error)

/** Takes the focus when it appears, so that it is read out and seen. */
export function Problem({ error }: { readonly error: unknown }) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
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
      {language !== 'en' && told !== undefined && WITH_PARTICULARS.includes(told.code) && (
        <Text size="xs">
          {t.particulars}: <span lang="en">{told.message}</span>
        </Text>
      )}
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
