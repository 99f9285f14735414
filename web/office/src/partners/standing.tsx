/** Suspending a partner and letting it work again, with the reasons of each time. */
import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { PartnerView } from '../../../../src/http/office/partner-contract.ts'
import { post } from '../../../shared/api.ts'
import { DataTable } from '../../../shared/data-table.tsx'
import { useMay } from '../../../shared/me.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { useUnsaved } from '../../../shared/unsaved.tsx'
import { Section } from './section.tsx'
import { PartnerStatus } from './status.tsx'

const TEXTS = {
  ro: {
    title: 'Suspendare',
    suspend: 'Suspendă partenerul',
    resume: 'Reia activitatea',
    suspend_about: 'Cererile lui sunt refuzate de acum; ce e pe drum la bănci se încheie.',
    resume_about: 'Cererile lui sunt primite din nou.',
    reason: 'Motivul',
    cancel: 'Renunță',
    caption: 'Suspendări și reluări',
    at: 'Când',
    by: 'Cine',
    status: 'Ce',
    why: 'De ce',
    never: 'Nu a fost suspendat niciodată.',
    none: 'fără motiv scris',
  },
  en: {
    title: 'Suspension',
    suspend: 'Suspend the partner',
    resume: 'Reactivate the partner',
    suspend_about: 'Its calls are refused from now on; payments already at banks are still settled.',
    resume_about: 'Its calls are accepted again.',
    reason: 'Reason',
    cancel: 'Cancel',
    caption: 'Suspensions and resumptions',
    at: 'When',
    by: 'Who',
    status: 'What',
    why: 'Why',
    never: 'Never suspended.',
    none: 'no reason given',
  },
}

export function StandingSection({ partner }: { readonly partner: PartnerView }) {
  const t = useTexts(TEXTS)
  const acts = { active: useMay('partner.suspend'), suspended: useMay('partner.resume') }
  return (
    <Section title={t.title} actions={acts[partner.status] && <StandingButton partner={partner} />}>
      <DataTable
        caption={t.caption}
        rows={partner.standings}
        rowKey={({ at, status }) => `${at} ${status}`}
        empty={t.never}
        columns={[
          { key: 'at', title: t.at, cell: ({ at }) => <Moment at={at} /> },
          { key: 'status', title: t.status, cell: ({ status }) => <PartnerStatus status={status} /> },
          { key: 'by', title: t.by, cell: ({ by }) => by },
          {
            key: 'why',
            title: t.why,
            cell: ({ reason }) => (
              <span style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{reason ?? t.none}</span>
            ),
          },
        ]}
      />
    </Section>
  )
}

function StandingButton({ partner }: { readonly partner: PartnerView }) {
  const t = useTexts(TEXTS)
  const queries = useQueryClient()
  const [opened, { open, close }] = useDisclosure()
  const [reason, setReason] = useState('')
  useUnsaved(opened && reason.trim() !== '')
  const is_active = partner.status === 'active'
  const label = is_active ? t.suspend : t.resume
  const word = is_active ? 'suspension' : 'resumption'
  const change = useMutation({
    mutationFn: () => post(`/partners/${encodeURIComponent(partner.client_id)}/${word}`, { reason }),
    onSuccess: async () => {
      setReason('')
      close()
      await queries.invalidateQueries({ queryKey: ['partners'] })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    change.mutate()
  }
  return (
    <>
      <Button size="xs" variant={is_active ? 'outline' : 'filled'} color={is_active ? 'red.9' : 'blue'} onClick={open}>
        {label}
      </Button>
      <Modal opened={opened} onClose={close} title={label} closeButtonProps={{ 'aria-label': t.cancel }}>
        <form onSubmit={submit}>
          <Stack gap="sm">
            <Text size="sm">{is_active ? t.suspend_about : t.resume_about}</Text>
            <Textarea
              label={t.reason}
              required
              autosize
              minRows={2}
              maxLength={1000}
              data-autofocus
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
            <Problem error={change.error} />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                {t.cancel}
              </Button>
              <Button
                type="submit"
                color={is_active ? 'red.9' : 'blue'}
                loading={change.isPending}
                disabled={reason.trim() === ''}
              >
                {label}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  )
}
