/** A form whose first empty field has the focus; Enter sends it. */
import { Stack } from '@mantine/core'
import { type FormEvent, type ReactNode, useEffect, useRef } from 'react'
import { ApiError } from '../api.ts'

type Props = { readonly onSubmit: () => void; readonly children: ReactNode; readonly has_focus?: boolean }

/** @param has_focus false: it stands among others on a page */
export function Form({ onSubmit, children, has_focus = true }: Props) {
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    if (!has_focus) return
    const fields = [...(form.current?.querySelectorAll<HTMLInputElement>('input:not([hidden]):not([readonly])') ?? [])]
    const field = fields.find(({ value }) => value === '') ?? fields[0]
    field?.focus()
  }, [has_focus])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSubmit()
  }
  return (
    <form ref={form} onSubmit={submit}>
      <Stack gap="sm">{children}</Stack>
    </form>
  )
}

/** Whether the refusal is about this field: then it stands there, not above. */
export const isOfField = (error: unknown, field: string): error is ApiError =>
  error instanceof ApiError && error.field === field
