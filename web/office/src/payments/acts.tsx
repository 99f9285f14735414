/** What may be done with a payment by hand. */
import { Button, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ShownPayment } from '../../../../src/http/office/search-contract.ts'
import { post } from '../../../shared/api.ts'
import { useMay } from '../../../shared/me.ts'
import { Problem } from '../../../shared/problem.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { ProposeDialog, type Proposed, ProposedNotice } from '../approvals/proposed.tsx'

const TEXTS = {
  ro: {
    ask: 'Întreabă banca acum',
    close: 'Propune închiderea',
    close_text:
      'Închide trimiterea despre care nu se știe nimic: banca, întrebată de oameni, a spus că nu o are. Plătitorul va putea încerca din nou.',
  },
  en: {
    ask: 'Ask the bank now',
    close: 'Propose to close it',
    close_text:
      'Closes the submission of which nothing is known: the bank, asked by people, said it does not have it. The payer will be able to try again.',
  },
}

const ASKABLE: readonly (string | null)[] = ['open', 'sending', 'unknown']

export function PaymentActs({ shown: { payment } }: { readonly shown: ShownPayment }) {
  const t = useTexts(TEXTS)
  const may_ask = useMay('payment.ask')
  const may_close = useMay('payment.close')
  const [is_open, setOpen] = useState(false)
  const [proposed, setProposed] = useState<Proposed>()
  const queries = useQueryClient()
  const { payment_id, attempt_state } = payment
  const again = () => {
    void queries.invalidateQueries({ queryKey: ['payment', String(payment_id)] })
    void queries.invalidateQueries({ queryKey: ['timeline'] })
  }
  const ask = useMutation({ mutationFn: () => post(`/payments/${payment_id}/question`), onSuccess: again })
  return (
    <>
      {may_ask && ASKABLE.includes(attempt_state) && (
        <Button variant="default" loading={ask.isPending} onClick={() => ask.mutate()}>
          {t.ask}
        </Button>
      )}
      {may_close && attempt_state === 'unknown' && (
        <Button variant="default" onClick={() => setOpen(true)}>
          {t.close}
        </Button>
      )}
      <Problem error={ask.error} />
      <ProposedNotice proposed={proposed} />
      <ProposeDialog
        title={t.close}
        opened={is_open}
        path={`/payments/${payment_id}/closing`}
        body={{}}
        onClose={() => setOpen(false)}
        onProposed={setProposed}
      >
        <Text size="sm">{t.close_text}</Text>
      </ProposeDialog>
    </>
  )
}
