/** Yearly reviews: which are due, and the word that what a case says has been looked at again. */
import { Anchor, Badge, Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Link } from 'react-router'
import { ApiError, get, post } from '../../../shared/api.ts'
import { FaultSummary } from '../../../shared/case/fault-summary.tsx'
import type { CaseLine, Fault } from '../../../shared/case/model.ts'
import { RISKS } from '../../../shared/case/words.ts'
import { DataTable } from '../../../shared/data-table.tsx'
import { manyOf } from '../../../shared/many.ts'
import { useMay } from '../../../shared/me.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { StatusBadge } from '../../../shared/status-badge.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { useUnsaved } from '../../../shared/unsaved.tsx'

const DAY_MS = 86_400_000

const TEXTS = {
  ro: {
    title: 'Revizuiri anuale',
    about: 'Dosarele a căror revizuire este depășită sau scadentă în 60 de zile.',
    caption: 'Revizuiri scadente, cele mai urgente întâi',
    none: 'Nicio revizuire nu este scadentă.',
    name: 'Partenerul',
    risk: 'Riscul',
    due: 'Până la',
    left: 'Rămân',
    days: (count: number) => (count === 1 ? 'o zi' : manyOf(count, 'zile')),
    overdue: 'depășită',
    done: 'Revizuirea este făcută',
    confirm: 'Confirmă revizuirea',
    confirm_about:
      'Confirmi că ce spune ultima versiune a dosarului a fost verificat din nou și este așa. Următoarea revizuire este peste un an.',
    text: 'Ce s-a verificat și cum',
    lacks: 'Nu se poate confirma: lipsește ori a expirat',
    changed: 'Dosarul s-a schimbat între timp; deschide-l și uită-te din nou.',
    actions: 'Acțiuni',
    cancel: 'Înapoi',
    close: 'Închide',
  },
  en: {
    title: 'Yearly reviews',
    about: 'Cases whose review is overdue or due within 60 days.',
    caption: 'Reviews due, most urgent first',
    none: 'No reviews are due.',
    name: 'Partner',
    risk: 'Risk',
    due: 'Due',
    left: 'Time left',
    days: (count: number) => (count === 1 ? '1 day' : `${count} days`),
    overdue: 'overdue',
    done: 'Review done',
    confirm: 'Confirm review',
    confirm_about:
      'You confirm that the latest version of the case has been checked again and is correct. The next review is due in a year.',
    text: 'What was checked and how',
    lacks: 'It cannot be confirmed: something is missing or expired',
    changed: 'The case has changed in the meantime; open it and check again.',
    actions: 'Actions',
    cancel: 'Back',
    close: 'Close',
  },
}

export function ReviewsPage() {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const may_review = useMay('case.review')
  const [confirmed, setConfirmed] = useState<CaseLine>()
  const found = useQuery({
    queryKey: ['cases', 'reviews'],
    queryFn: () => get<{ readonly cases: readonly CaseLine[] }>('/case-reviews'),
  })
  return (
    <Page title={t.title}>
      <Text size="sm">{t.about}</Text>
      <Problem error={found.error} />
      {found.error === null && (
        <DataTable
          caption={t.caption}
          rows={found.data?.cases}
          rowKey={({ case_id }) => String(case_id)}
          empty={t.none}
          columns={[
            {
              key: 'name',
              title: t.name,
              cell: ({ case_id, name }) => (
                <Anchor component={Link} size="sm" to={`/cases/${case_id}`} style={{ overflowWrap: 'anywhere' }}>
                  {name}
                </Anchor>
              ),
            },
            {
              key: 'risk',
              title: t.risk,
              cell: ({ risk }) =>
                risk === null ? '–' : <StatusBadge tone={RISKS[risk].tone}>{RISKS[risk][language]}</StatusBadge>,
            },
            { key: 'due', title: t.due, cell: ({ next_review_at }) => <Moment at={next_review_at} only="date" /> },
            { key: 'left', title: t.left, cell: (line) => <Left line={line} /> },
            ...(may_review
              ? [
                  {
                    key: 'actions',
                    title: t.actions,
                    cell: (line: CaseLine) => (
                      <Button size="compact-sm" variant="default" onClick={() => setConfirmed(line)}>
                        {t.done}
                      </Button>
                    ),
                  },
                ]
              : []),
          ]}
        />
      )}
      {confirmed !== undefined && <ReviewDialog line={confirmed} onClose={() => setConfirmed(undefined)} />}
    </Page>
  )
}

function Left({ line: { next_review_at, is_review_overdue } }: { readonly line: CaseLine }) {
  const t = useTexts(TEXTS)
  if (is_review_overdue)
    return (
      <Badge color="red.9" variant="filled" radius="sm" tt="none">
        {t.overdue}
      </Badge>
    )
  if (next_review_at === null) return <span>–</span>
  return <span>{t.days(Math.max(0, Math.ceil((Date.parse(next_review_at) - Date.now()) / DAY_MS)))}</span>
}

function ReviewDialog({ line, onClose }: { readonly line: CaseLine; onClose(): void }) {
  const t = useTexts(TEXTS)
  const queries = useQueryClient()
  const [text, setText] = useState('')
  useUnsaved(text.trim() !== '')
  const [pressed, setPressed] = useState(0)
  const confirm = useMutation({
    mutationFn: () => post(`/cases/${line.case_id}/yearly-review`, { version: line.version, text: text.trim() }),
    onSuccess: onClose,
    onError: () => setPressed((count) => count + 1),
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['cases'] }),
        queries.invalidateQueries({ queryKey: ['case', line.case_id] }),
      ]),
  })
  const error = confirm.error instanceof ApiError ? confirm.error : undefined
  const faults = (error?.faults ?? []) as readonly Fault[]
  const submit = (event: FormEvent) => {
    event.preventDefault()
    confirm.mutate()
  }
  return (
    <Modal opened onClose={onClose} title={`${t.confirm}: ${line.name}`} closeButtonProps={{ 'aria-label': t.close }}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm">{t.confirm_about}</Text>
          {faults.length > 0 ? (
            <FaultSummary title={t.lacks} faults={faults} pressed={pressed} onGo={() => {}} />
          ) : (
            <Problem error={confirm.error} />
          )}
          {(faults.length > 0 || error?.code === 'CASE_CHANGED') && (
            <Anchor component={Link} to={`/cases/${line.case_id}`} size="sm">
              {error?.code === 'CASE_CHANGED' ? t.changed : line.name}
            </Anchor>
          )}
          <Textarea
            label={t.text}
            required
            autosize
            minRows={3}
            maxLength={4_000}
            data-autofocus
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t.cancel}
            </Button>
            <Button type="submit" loading={confirm.isPending}>
              {t.confirm}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
