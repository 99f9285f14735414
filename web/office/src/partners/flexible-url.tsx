/** Whether the partner may name return addresses of its own: allowed by two people, taken back by one. */
import { Button, Group, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { PartnerView } from '../../../../src/http/office/partner-contract.ts'
import { patch } from '../../../shared/api.ts'
import { useMay } from '../../../shared/me.ts'
import { Problem } from '../../../shared/problem.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { ProposeDialog, type Proposed } from '../approvals/proposed.tsx'

const TEXTS = {
  ro: {
    yes: 'La fiecare plată, partenerul poate cere și altă adresă de pe aceleași gazde (flexibleURL).',
    no: 'Partenerul poate folosi numai aceste adrese și cele de sub ele.',
    allow: 'Propune ca partenerul să poată alege adresa',
    about: 'Plătitorii vor putea fi trimiși la orice adresă de pe gazdele înregistrate.',
    end: 'Numai adresele înregistrate',
  },
  en: {
    yes: 'Payment by payment, the partner may also name another address on the same hosts (flexibleURL).',
    no: 'The partner may use only these addresses and those below them.',
    allow: 'Propose letting the partner choose',
    about: 'Payers may then be sent to any address on the registered hosts.',
    end: 'Registered addresses only',
  },
}

type Props = { readonly partner: PartnerView; onProposed(proposed: Proposed): void }

export function FlexibleUrl({ partner, onProposed }: Props) {
  const t = useTexts(TEXTS)
  const queries = useQueryClient()
  const may_propose = useMay('partner.flexible-url')
  const may_end = useMay('partner.profile')
  const [is_open, setIsOpen] = useState(false)
  const path = `/partners/${encodeURIComponent(partner.client_id)}`
  const ending = useMutation({
    mutationFn: () => patch(path, { changes: { may_flexible_url: false }, seen: { may_flexible_url: true } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['partners'] }),
  })
  const { may_flexible_url: is_allowed } = partner
  return (
    <>
      <Group justify="space-between" gap="xs">
        <Text size="sm">{is_allowed ? t.yes : t.no}</Text>
        {is_allowed
          ? may_end && (
              <Button variant="default" size="xs" loading={ending.isPending} onClick={() => ending.mutate()}>
                {t.end}
              </Button>
            )
          : may_propose && (
              <Button variant="default" size="xs" onClick={() => setIsOpen(true)}>
                {t.allow}
              </Button>
            )}
      </Group>
      <Problem error={ending.error} />
      <ProposeDialog
        title={t.allow}
        opened={is_open}
        path={`${path}/flexible-url`}
        body={{}}
        onClose={() => setIsOpen(false)}
        onProposed={onProposed}
      >
        <Text size="sm">{t.about}</Text>
      </ProposeDialog>
    </>
  )
}
