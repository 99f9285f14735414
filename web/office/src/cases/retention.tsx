/** What is only kept: until when, longer where an authority asks, and the certificates of what has been erased. */
import { Anchor, Button, Group, Modal, NativeSelect, Stack, Text, Textarea, TextInput, Title } from '@mantine/core'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Link } from 'react-router'
import { get, post, queryOf } from '../../../shared/api.ts'
import type { CaseLine, CaseView, Erasure } from '../../../shared/case/model.ts'
import { STATES } from '../../../shared/case/words.ts'
import { CopyId } from '../../../shared/copy-id.tsx'
import { DataTable } from '../../../shared/data-table.tsx'
import { manyOf } from '../../../shared/many.ts'
import { useMay } from '../../../shared/me.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { StatusBadge } from '../../../shared/status-badge.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { useUnsaved } from '../../../shared/unsaved.tsx'
import { ErasureCertificate } from './erasure-certificate.tsx'

const TEXTS = {
  ro: {
    title: 'Păstrare și ștergere',
    about:
      'Dosarele închise se păstrează cât cere legea, împreună cu istoricul cererilor de inițiere a plăților, apoi sunt șterse automat. Mai devreme nu se poate șterge nimic.',
    kept: 'Se păstrează',
    kept_caption: 'Dosare închise, după data ștergerii',
    none: 'Niciun dosar închis.',
    name: 'Dosarul',
    unnamed: 'fără nume',
    state: 'Starea',
    ended: 'Încheiat',
    until: 'Se șterge după',
    extend: 'Prelungește',
    extend_about:
      'O autoritate poate cere păstrarea cu cel mult cinci ani mai mult. Cererea ei trebuie să fie între documentele dosarului.',
    extend_until: 'Se păstrează până la',
    authority: 'Autoritatea',
    reason: 'Motivul',
    document: 'Cererea autorității',
    no_document: 'Adaugă întâi cererea autorității între documentele dosarului.',
    erased: 'Certificate de ștergere',
    erased_caption: 'Certificate de ștergere, cele mai noi întâi',
    none_erased: 'Nimic nu a fost șters încă.',
    certificate: 'Certificat',
    partner: 'clientID',
    finished: 'Șters la',
    under_way: 'în curs',
    counts: 'Ce s-a șters',
    counted: (versions: number, documents: number, rows: number) =>
      [
        versions === 1 ? 'o versiune' : manyOf(versions, 'versiuni'),
        documents === 1 ? 'un document' : manyOf(documents, 'documente'),
        rows === 1 ? 'un rând' : manyOf(rows, 'rânduri'),
      ].join(', '),
    show: 'Arată',
    actions: 'Acțiuni',
    cancel: 'Înapoi',
    close: 'Închide',
    choose: '– alege –',
  },
  en: {
    title: 'Retention and erasure',
    about:
      'Closed cases are kept for as long as the law requires, together with the history of payment initiation requests, and are then erased automatically. Nothing can be erased earlier.',
    kept: 'Kept',
    kept_caption: 'Closed cases, by erasure date',
    none: 'No closed cases.',
    name: 'Case',
    unnamed: 'no name',
    state: 'State',
    ended: 'Ended',
    until: 'Kept until',
    extend: 'Keep longer',
    extend_about:
      'An authority may ask for it to be kept for at most five more years. Its request must be among the documents of the case.',
    extend_until: 'Keep until',
    authority: 'Authority',
    reason: 'Reason',
    document: 'Request from the authority',
    no_document: 'First add the authority’s request to the documents of the case.',
    erased: 'Certificates of erasure',
    erased_caption: 'Certificates of erasure, newest first',
    none_erased: 'Nothing has been erased yet.',
    certificate: 'Certificate',
    partner: 'clientID',
    finished: 'Erased at',
    under_way: 'in progress',
    counts: 'What was erased',
    counted: (versions: number, documents: number, rows: number) =>
      [
        versions === 1 ? '1 version' : `${versions} versions`,
        documents === 1 ? '1 document' : `${documents} documents`,
        rows === 1 ? '1 row' : `${rows.toLocaleString('en-GB')} rows`,
      ].join(', '),
    show: 'Show',
    actions: 'Actions',
    cancel: 'Back',
    close: 'Close',
    choose: '– choose –',
  },
}

type Kept = { readonly kept: readonly CaseLine[]; readonly has_more: boolean }
type Erased = { readonly erasures: readonly Erasure[]; readonly has_more: boolean }

export function RetentionPage() {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const may_extend = useMay('retention.extend')
  const [extended, setExtended] = useState<CaseLine>()
  const found = useInfiniteQuery({
    queryKey: ['cases', 'retention'],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam }) => get<Kept>(`/retention${queryOf({ after: pageParam })}`),
    getNextPageParam: ({ kept, has_more }) => (has_more ? kept.at(-1)?.case_id : undefined),
  })
  return (
    <Page title={t.title}>
      <Text size="sm">{t.about}</Text>
      <Problem error={found.error} />
      {found.error === null && (
        <>
          <Title order={2} size="h4">
            {t.kept}
          </Title>
          <DataTable
            caption={t.kept_caption}
            rows={found.data?.pages.flatMap(({ kept }) => kept)}
            onMore={found.hasNextPage ? () => void found.fetchNextPage() : undefined}
            is_loading_more={found.isFetchingNextPage}
            rowKey={({ case_id }) => String(case_id)}
            empty={t.none}
            columns={[
              {
                key: 'name',
                title: t.name,
                cell: ({ case_id, name }) => (
                  <Anchor component={Link} size="sm" to={`/cases/${case_id}`} style={{ overflowWrap: 'anywhere' }}>
                    {name === '' ? `${t.unnamed} (${case_id})` : name}
                  </Anchor>
                ),
              },
              {
                key: 'state',
                title: t.state,
                cell: ({ state }) => <StatusBadge tone={STATES[state].tone}>{STATES[state][language]}</StatusBadge>,
              },
              { key: 'ended', title: t.ended, cell: ({ ended_at }) => <Moment at={ended_at} only="date" /> },
              { key: 'until', title: t.until, cell: ({ keep_until }) => <Moment at={keep_until} only="date" /> },
              ...(may_extend
                ? [
                    {
                      key: 'actions',
                      title: t.actions,
                      cell: (line: CaseLine) => (
                        <Button size="compact-sm" variant="default" onClick={() => setExtended(line)}>
                          {t.extend}
                        </Button>
                      ),
                    },
                  ]
                : []),
            ]}
          />
          <Title order={2} size="h4">
            {t.erased}
          </Title>
          <Erasures />
        </>
      )}
      {extended !== undefined && <ExtendDialog line={extended} onClose={() => setExtended(undefined)} />}
    </Page>
  )
}

function Erasures() {
  const t = useTexts(TEXTS)
  const found = useInfiniteQuery({
    queryKey: ['cases', 'erasures'],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam }) => get<Erased>(`/retention/erasures${queryOf({ before: pageParam })}`),
    getNextPageParam: ({ erasures, has_more }) => (has_more ? erasures.at(-1)?.erasure_id : undefined),
  })
  const [shown, setShown] = useState<Erasure>()
  return (
    <>
      <Problem error={found.error} />
      <DataTable
        caption={t.erased_caption}
        rows={found.data?.pages.flatMap(({ erasures }) => erasures)}
        onMore={found.hasNextPage ? () => void found.fetchNextPage() : undefined}
        is_loading_more={found.isFetchingNextPage}
        rowKey={({ erasure_id }) => String(erasure_id)}
        empty={t.none_erased}
        columns={[
          { key: 'id', title: t.certificate, cell: ({ erasure_id }) => <CopyId id={erasure_id} /> },
          { key: 'case', title: t.name, cell: ({ case_id }) => case_id },
          { key: 'partner', title: t.partner, cell: ({ client_id }) => client_id ?? '–' },
          {
            key: 'finished',
            title: t.finished,
            cell: ({ finished_at }) => (finished_at === null ? t.under_way : <Moment at={finished_at} />),
          },
          {
            key: 'counts',
            title: t.counts,
            cell: ({ version_count, document_count, rows_erased: of }) =>
              t.counted(version_count, document_count, sum(of)),
          },
          {
            key: 'actions',
            title: t.actions,
            cell: (erasure) => (
              <Button size="compact-sm" variant="default" onClick={() => setShown(erasure)}>
                {t.show}
              </Button>
            ),
          },
        ]}
      />
      {shown !== undefined && <ErasureCertificate erasure={shown} onClose={() => setShown(undefined)} />}
    </>
  )
}

const sum = (rows: Readonly<Record<string, number>>): number =>
  Object.values(rows).reduce((all, count) => all + count, 0)

function ExtendDialog({ line, onClose }: { readonly line: CaseLine; onClose(): void }) {
  const t = useTexts(TEXTS)
  const queries = useQueryClient()
  const [given, setGiven] = useState({ until: '', authority: '', text: '', document_id: '' })
  useUnsaved(Object.values(given).some((value) => value.trim() !== ''))
  const view = useQuery({
    queryKey: ['case', line.case_id],
    queryFn: () => get<CaseView>(`/cases/${line.case_id}`),
  })
  const requests = (view.data?.documents ?? []).filter(({ kind }) => kind === 'authority_request')
  const extend = useMutation({
    mutationFn: () => post(`/cases/${line.case_id}/retention`, { ...given, document_id: Number(given.document_id) }),
    onSuccess: onClose,
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['cases'] }),
        queries.invalidateQueries({ queryKey: ['case', line.case_id] }),
      ]),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    extend.mutate()
  }
  const set = (change: Partial<typeof given>) => setGiven((now) => ({ ...now, ...change }))
  return (
    <Modal opened onClose={onClose} title={`${t.extend}: ${line.name}`} closeButtonProps={{ 'aria-label': t.close }}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm">{t.extend_about}</Text>
          <Problem error={extend.error} />
          <TextInput
            label={t.extend_until}
            type="date"
            required
            data-autofocus
            value={given.until}
            onChange={(event) => set({ until: event.currentTarget.value })}
          />
          <TextInput
            label={t.authority}
            required
            maxLength={200}
            value={given.authority}
            onChange={(event) => set({ authority: event.currentTarget.value })}
          />
          <Textarea
            label={t.reason}
            required
            autosize
            minRows={2}
            maxLength={4_000}
            value={given.text}
            onChange={(event) => set({ text: event.currentTarget.value })}
          />
          {view.data !== undefined && requests.length === 0 ? (
            <Anchor component={Link} to={`/cases/${line.case_id}?section=documents`} size="sm">
              {t.no_document}
            </Anchor>
          ) : (
            <NativeSelect
              label={t.document}
              required
              value={given.document_id}
              onChange={(event) => set({ document_id: event.currentTarget.value })}
              data={[
                { value: '', label: t.choose },
                ...requests.map(({ document_id, name }) => ({ value: String(document_id), label: name })),
              ]}
            />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t.cancel}
            </Button>
            <Button type="submit" loading={extend.isPending} disabled={given.document_id === ''}>
              {t.extend}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
