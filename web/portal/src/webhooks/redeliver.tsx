import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { post } from '../../../shared/api.ts'
import { Problem } from '../../../shared/problem.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { useMayChange } from '../company/company.ts'

const TEXTS = {
  ro: { again: 'Trimite din nou', name: (n: number) => `Trimite din nou: notificarea ${n}` },
  en: { again: 'Send again', name: (n: number) => `Send again: webhook ${n}` },
}

const DELIVERED_AFTER_MS = 2_000

/** Tells one event again. */
export function Redeliver({ payment_id, event_no }: { readonly payment_id: number; readonly event_no: number }) {
  const t = useTexts(TEXTS)
  const may = useMayChange('ended')
  const queries = useQueryClient()
  const refresh = () =>
    Promise.all(
      [['webhooks'], ['payment', String(payment_id)], ['standing']].map((queryKey) =>
        queries.invalidateQueries({ queryKey }),
      ),
    )
  const send = useMutation({
    mutationFn: () => post(`/webhooks/${payment_id}/${event_no}/redeliver`),
    onSuccess() {
      // Once at once, and once more when it has probably been delivered.
      setTimeout(refresh, DELIVERED_AFTER_MS)
      return refresh()
    },
  })
  if (!may) return null
  return (
    <>
      <Button
        variant="default"
        size="compact-sm"
        onClick={() => send.mutate()}
        loading={send.isPending}
        aria-label={t.name(event_no)}
      >
        {t.again}
      </Button>
      <Problem error={send.error} />
    </>
  )
}
