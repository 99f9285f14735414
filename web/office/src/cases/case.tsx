/** One case: its state and what may be done, what lacks, and its sections, of which one is shown at a time. */
import { Alert, Anchor, Grid, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { get } from '../../../shared/api.ts'
import { FaultSummary } from '../../../shared/case/fault-summary.tsx'
import { sectionsOf, whereIs } from '../../../shared/case/fields.ts'
import type { CaseView, Fault } from '../../../shared/case/model.ts'
import { controlId } from '../../../shared/case/path.ts'
import { KINDS, RISKS, STATES, WAYS } from '../../../shared/case/words.ts'
import { CopyId } from '../../../shared/copy-id.tsx'
import { useFilters } from '../../../shared/filters.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { StatusBadge } from '../../../shared/status-badge.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { ConflictDialog } from './conflict-dialog.tsx'
import { DataSection } from './data-section.tsx'
import { DocumentsSection } from './documents-section.tsx'
import { HistorySection } from './history-section.tsx'
import { Moves } from './moves.tsx'
import { NotesSection } from './notes-section.tsx'
import { RiskSection } from './risk-section.tsx'
import { SaveBar } from './save-bar.tsx'
import { ScreeningSection } from './screening-section.tsx'
import { SectionNav } from './section-nav.tsx'
import { TechnicalSection } from './technical-section.tsx'
import { type Editor, useEditor } from './use-editor.ts'

const TEXTS = {
  ro: {
    title: (id: string) => `Dosarul ${id}`,
    unnamed: 'Fără nume încă',
    erased: 'Dosar șters',
    erased_about: 'Ce s-a spus în dosar și tot ce ținea de el au fost șterse după termenul de păstrare.',
    certificate: 'Vezi certificatul de ștergere',
    facts: 'Pe scurt',
    case: 'Dosar',
    came: 'Origine',
    introduced: 'Prezentat de',
    submitted: 'Depus',
    approved: 'Aprobat',
    next: 'Revizuire până la',
    overdue: 'Revizuirea anuală este depășită.',
    ended: 'Relație încheiată',
    keep: 'Se păstrează până la',
    risk: 'Risc',
    version: 'Versiunea',
    lacks: 'Lipsește pentru depunere',
    lacks_approval: 'Lipsește pentru aprobare',
    refused: 'Nu s-a salvat: corectează',
    documents: 'Documente',
    assessment: 'Risc',
    screening: 'Verificare în liste',
    notes: 'Note',
    history: 'Istoric și versiuni',
    technical: 'Pasul tehnic',
    client: 'clientID',
    complete: 'Dosarul este complet.',
  },
  en: {
    title: (id: string) => `Case ${id}`,
    unnamed: 'No name yet',
    erased: 'Erased case',
    erased_about: 'What the case held and all that belonged to it were erased once they need not be kept any more.',
    certificate: 'See the certificate of erasure',
    facts: 'Overview',
    case: 'Case',
    came: 'Source',
    introduced: 'Introduced by',
    submitted: 'Submitted',
    approved: 'Approved',
    next: 'Review due',
    overdue: 'The yearly review is overdue.',
    ended: 'Relationship ended',
    keep: 'Kept until',
    risk: 'Risk',
    version: 'Version',
    lacks: 'Missing before it can be submitted',
    lacks_approval: 'Missing before it can be approved',
    refused: 'Not saved: please correct',
    documents: 'Documents',
    assessment: 'Risk',
    screening: 'Screening',
    notes: 'Notes',
    history: 'History and versions',
    technical: 'Technical setup',
    client: 'clientID',
    complete: 'The case is complete.',
  },
}

const OWN_SECTIONS = ['documents', 'assessment', 'screening', 'notes', 'history', 'technical'] as const
type OwnSection = (typeof OWN_SECTIONS)[number]

export function CasePage() {
  const t = useTexts(TEXTS)
  const { case_id = '' } = useParams()
  const found = useQuery({ queryKey: ['case', Number(case_id)], queryFn: () => get<CaseView>(`/cases/${case_id}`) })
  if (found.data === undefined)
    return (
      <Page title={t.title(case_id)}>
        <Problem error={found.error} />
        {found.isPending && <Skeleton h={240} />}
      </Page>
    )
  if (found.data.state === 'erased') return <ErasedCase view={found.data} />
  return <CaseScreen key={case_id} view={found.data} />
}

/** A number, and where it is told that all else is gone. */
function ErasedCase({ view }: { readonly view: CaseView }) {
  const t = useTexts(TEXTS)
  return (
    <Page title={t.erased}>
      <Facts view={view} />
      <Text size="sm">{t.erased_about}</Text>
      <Anchor component={Link} to="/retention" size="sm" underline="always">
        {t.certificate}
      </Anchor>
    </Page>
  )
}

/** Where a fault is put right: the section, whether it is one of the data or of ours. */
function sectionOf(field: string): string {
  const known = whereIs(field)
  if (known !== undefined) return known.section.id
  return OWN_SECTIONS.find((one) => field.startsWith(one)) ?? 'documents'
}

function CaseScreen({ view }: { readonly view: CaseView }) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const editor = useEditor(view)
  const { base } = editor
  const [{ section: asked }, setFilters] = useFilters(['section'])
  const [move_faults, setMoveFaults] = useState<{ faults: readonly Fault[]; pressed: number }>({
    faults: [],
    pressed: 0,
  })
  // What is merely not filled in yet is marked once somebody has asked for it.
  const [is_asked, setIsAsked] = useState(false)
  const data_sections = sectionsOf(base.kind)
  const own = OWN_SECTIONS.filter((one) => one !== 'technical' || base.client_id !== null)
  const rows = [
    ...data_sections.map((one) => ({ id: one.id as string, label: one[language] })),
    ...own.map((id) => ({ id: id as string, label: t[id] })),
  ]
  const section = rows.some(({ id }) => id === asked) ? asked : (rows[0]?.id ?? '')
  const lacking = ['draft', 'more_information'].includes(base.state) ? base.faults : base.approval_faults
  const faults = editor.refused.length > 0 ? editor.refused : lacking
  const is_told = is_asked || editor.pressed > 0 || move_faults.pressed > 0
  const marked = is_told ? faults : faults.filter(({ code }) => code !== 'required')
  const count = (id: string) => faults.filter(({ field }) => sectionOf(field) === id).length
  const choose = (id: string) => setFilters({ section: id })
  const goTo = ({ field }: Fault) => {
    setIsAsked(true)
    choose(sectionOf(field))
    // The section is drawn first.
    setTimeout(() => document.getElementById(controlId(field))?.focus(), 50)
  }
  return (
    <Page title={base.name === '' ? t.unnamed : base.name} actions={<Moves editor={editor} onFaults={setMoveFaults} />}>
      <Facts view={base} />
      <Problem error={editor.refused.length > 0 ? undefined : editor.error} />
      <FaultSummary title={t.refused} faults={editor.refused} pressed={editor.pressed} onGo={goTo} />
      <FaultSummary title={t.lacks_approval} faults={move_faults.faults} pressed={move_faults.pressed} onGo={goTo} />
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 3 }}>
          <SectionNav rows={rows} current={section} count={count} onChoose={choose} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 9 }}>
          <Stack gap="md">
            <Paper withBorder p="md">
              <Title order={2} size="h4" mb="sm">
                {rows.find(({ id }) => id === section)?.label}
              </Title>
              <OneSection section={section} editor={editor} faults={marked} />
            </Paper>
            <SaveBar editor={editor} />
            <Lacking view={base} is_shown={move_faults.pressed === 0} onGo={goTo} />
          </Stack>
        </Grid.Col>
      </Grid>
      <ConflictDialog editor={editor} />
    </Page>
  )
}

type SectionProps = { readonly section: string; readonly editor: Editor; readonly faults: readonly Fault[] }

function OneSection({ section, editor, faults }: SectionProps) {
  switch (section as OwnSection) {
    case 'documents':
      return <DocumentsSection view={editor.base} />
    case 'assessment':
      return <RiskSection view={editor.base} faults={faults} />
    case 'screening':
      return <ScreeningSection view={editor.base} />
    case 'notes':
      return <NotesSection view={editor.base} />
    case 'history':
      return <HistorySection view={editor.base} />
    case 'technical':
      return <TechnicalSection view={editor.base} />
    default:
      return <DataSection section_id={section} editor={editor} faults={faults} />
  }
}

function Lacking({ view, is_shown, onGo }: { view: CaseView; is_shown: boolean; onGo(fault: Fault): void }) {
  const t = useTexts(TEXTS)
  const is_open = ['draft', 'submitted', 'in_review', 'more_information'].includes(view.state)
  if (!is_open || !is_shown) return null
  const is_drafted = view.state === 'draft' || view.state === 'more_information'
  const faults = is_drafted ? view.faults : view.approval_faults
  if (faults.length === 0)
    return (
      <Alert color="green" variant="light">
        {t.complete}
      </Alert>
    )
  return (
    <FaultSummary title={is_drafted ? t.lacks : t.lacks_approval} faults={faults} pressed={0} tone="blue" onGo={onGo} />
  )
}

function Facts({ view }: { readonly view: CaseView }) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const { state, risk, approved_at, ended_at } = view
  return (
    <Stack gap="xs">
      <Group gap="md" component="section" aria-label={t.facts}>
        <StatusBadge tone={STATES[state].tone}>{STATES[state][language]}</StatusBadge>
        <Text size="sm">{KINDS[view.kind][language]}</Text>
        <Text size="sm" component="div">
          {t.case} <CopyId id={view.case_id} />
        </Text>
        <Text size="sm">
          {t.version} {view.version}
        </Text>
        <Text size="sm">
          {t.came}: {WAYS[view.way][language]}
          {view.introduced_by !== null && ` (${t.introduced} ${view.introduced_by})`}
        </Text>
        {risk !== null && (
          <Text size="sm" component="div">
            {t.risk}: <StatusBadge tone={RISKS[risk].tone}>{RISKS[risk][language]}</StatusBadge>
          </Text>
        )}
        {view.client_id !== null && (
          <Text size="sm" component="div">
            {t.client} <CopyId id={view.client_id} />
          </Text>
        )}
        {view.submitted_at !== null && (
          <Text size="sm">
            {t.submitted} <Moment at={view.submitted_at} />
          </Text>
        )}
        {approved_at !== null && (
          <Text size="sm">
            {t.approved} <Moment at={approved_at} />
          </Text>
        )}
        {ended_at !== null && (
          <Text size="sm">
            {t.ended} <Moment at={ended_at} only="date" />
          </Text>
        )}
        {view.keep_until !== null && (
          <Text size="sm">
            {t.keep} <Moment at={view.keep_until} only="date" />
          </Text>
        )}
        {state === 'approved' && view.next_review_at !== null && (
          <Text size="sm">
            {t.next} <Moment at={view.next_review_at} only="date" />
          </Text>
        )}
      </Group>
      {view.is_review_overdue && (
        <Alert color="red" variant="light">
          {t.overdue}
        </Alert>
      )}
    </Stack>
  )
}
