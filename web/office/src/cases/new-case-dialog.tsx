/** A case that staff type in. */
import { Button, Group, Modal, NativeSelect, Stack, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { post } from '../../../shared/api.ts'
import type { CaseKind } from '../../../shared/case/model.ts'
import { KINDS } from '../../../shared/case/words.ts'
import { Problem } from '../../../shared/problem.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'

const TEXTS = {
  ro: {
    title: 'Dosar nou',
    kind: 'Felul partenerului',
    client: 'clientID al unui partener care nu are dosar',
    client_hint: 'gol: un partener nou',
    create: 'Deschide dosarul',
    close: 'Închide',
  },
  en: {
    title: 'New case',
    kind: 'Type of partner',
    client: 'clientID of a partner that has no case',
    client_hint: 'empty: a new partner',
    create: 'Open case',
    close: 'Close',
  },
}

type Props = { readonly is_open: boolean; onClose(): void; onCreated(case_id: number): void }

export function NewCaseDialog({ is_open, onClose, onCreated }: Props) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const [kind, setKind] = useState<CaseKind>('legal')
  const [client_id, setClientId] = useState('')
  const create = useMutation({
    mutationFn: () =>
      post<{ readonly case_id: number }>('/cases', {
        kind,
        ...(client_id.trim() !== '' && { client_id: client_id.trim() }),
      }),
    onSuccess: ({ case_id }) => onCreated(case_id),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    create.mutate()
  }
  return (
    <Modal opened={is_open} onClose={onClose} title={t.title} closeButtonProps={{ 'aria-label': t.close }}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Problem error={create.error} />
          <NativeSelect
            label={t.kind}
            value={kind}
            data-autofocus
            onChange={(event) => setKind(event.currentTarget.value as CaseKind)}
            data={(['legal', 'natural'] as const).map((value) => ({ value, label: KINDS[value][language] }))}
          />
          <TextInput
            label={t.client}
            description={t.client_hint}
            maxLength={64}
            autoComplete="off"
            value={client_id}
            onChange={(event) => setClientId(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button type="submit" loading={create.isPending}>
              {t.create}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
