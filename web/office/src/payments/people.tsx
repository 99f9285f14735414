/** Whom a payment is about: masked, and in clear to those who may ask, which is put on record. */
import { Button, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { ShownPayment, ShownTerms } from '../../../../src/http/office/search-contract.ts'
import { post } from '../../../shared/api.ts'
import { useMay } from '../../../shared/me.ts'
import { Problem } from '../../../shared/problem.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { Facts, Section } from './section.tsx'

const TEXTS = {
  ro: {
    title: 'Persoane',
    show: 'Arată datele întregi',
    hide: 'Ascunde',
    recorded: 'Cine le-a văzut rămâne în jurnal.',
    creditor_name: 'Beneficiar',
    creditor_iban: 'IBAN beneficiar',
    debtor_iban: 'IBAN plătitor',
    email: 'E-mail plătitor',
    psu_intermediar_id: 'psuIntermediarId',
    details: 'Detalii',
  },
  en: {
    title: 'People',
    show: 'Show the whole data',
    hide: 'Hide',
    recorded: 'Who has seen them stays in the audit log.',
    creditor_name: 'Beneficiary',
    creditor_iban: "Beneficiary's IBAN",
    debtor_iban: "Payer's IBAN",
    email: "Payer's e-mail",
    psu_intermediar_id: 'psuIntermediarId',
    details: 'Details',
  },
}

const FIELDS = ['creditor_name', 'creditor_iban', 'debtor_iban', 'email', 'psu_intermediar_id', 'details'] as const

export function People({ shown }: { readonly shown: ShownPayment }) {
  const t = useTexts(TEXTS)
  const may_reveal = useMay('payment.reveal')
  // In this component only: no cache keeps people in clear.
  const clear = useMutation({
    mutationFn: () => post<ShownTerms>(`/payments/${shown.payment.payment_id}/people`),
    gcTime: 0,
  })
  const terms = clear.data ?? shown.terms
  return (
    <Section title={t.title}>
      <Facts rows={FIELDS.map((field) => [t[field], terms[field]])} />
      <Problem error={clear.error} />
      {may_reveal && (
        <div>
          <Button
            variant="default"
            size="compact-sm"
            loading={clear.isPending}
            onClick={() => (clear.data === undefined ? clear.mutate() : clear.reset())}
          >
            {clear.data === undefined ? t.show : t.hide}
          </Button>
          <Text size="xs" c="gray.7">
            {t.recorded}
          </Text>
        </div>
      )}
    </Section>
  )
}
