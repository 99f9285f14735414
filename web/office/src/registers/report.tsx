/** One report to the authority: its draft, what was submitted, its corrections. Sending it is done at the authority; here it is recorded. */
import { Anchor, Button, Group, Modal, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { ApiError, addressOf, get, post, put, queryOf } from '../../../shared/api.ts'
import { DataTable } from '../../../shared/data-table.tsx'
import { useMay } from '../../../shared/me.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { StatusBadge, type Tone } from '../../../shared/status-badge.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { useUnsaved } from '../../../shared/unsaved.tsx'
import { FraudForm } from './fraud-form.tsx'
import { halfYearText } from './local-time.ts'
import type { FraudContent, Report, TextContent, Version } from './model.ts'
import { TextForm } from './text-form.tsx'

const TEXTS = {
  ro: {
    titles: {
      'half-year': (subject: string) => `Date privind frauda, ${halfYearText(subject, 'ro')}`,
      initial: (subject: string) => `Notificarea inițială, incidentul ${subject}`,
      intermediate: (subject: string) => `Raportul intermediar, incidentul ${subject}`,
      final: (subject: string) => `Raportul final, incidentul ${subject}`,
    },
    registers: 'Registre',
    incident: (subject: string) => `Incidentul ${subject}`,
    save: 'Salvează ciorna',
    submit: 'Înregistrează transmiterea',
    correct: 'Corectează',
    sure: 'Raportul a fost transmis autorității?',
    sure_text: 'După înregistrare această versiune nu se mai schimbă; o corectare este o versiune nouă.',
    yes: 'Da, a fost transmis',
    cancel: 'Renunță',
    versions: 'Versiuni',
    version: 'Versiunea',
    state: 'Stare',
    states: { draft: 'ciornă', submitted: 'transmis', corrected: 'corectat' },
    saved: 'Salvat',
    submitted: 'Transmis',
    export: 'Descarcă',
    unsaved: 'Sunt modificări nesalvate.',
    shown: (version: number) => `Se vede versiunea ${version}.`,
    proposed: 'Nimic salvat încă: mai jos este ce se știe deja.',
  },
  en: {
    titles: {
      'half-year': (subject: string) => `Fraud figures, ${halfYearText(subject, 'en')}`,
      initial: (subject: string) => `Initial notification, incident ${subject}`,
      intermediate: (subject: string) => `Intermediate report, incident ${subject}`,
      final: (subject: string) => `Final report, incident ${subject}`,
    },
    registers: 'Registers',
    incident: (subject: string) => `Incident ${subject}`,
    save: 'Save draft',
    submit: 'Record the submission',
    correct: 'Correct',
    sure: 'Was the report submitted to the authority?',
    sure_text: 'Once recorded, this version no longer changes; a correction is a new version.',
    yes: 'Yes, it was submitted',
    cancel: 'Cancel',
    versions: 'Versions',
    version: 'Version',
    state: 'State',
    states: { draft: 'draft', submitted: 'submitted', corrected: 'corrected' },
    saved: 'Saved',
    submitted: 'Submitted',
    export: 'Download',
    unsaved: 'There are unsaved changes.',
    shown: (version: number) => `Version ${version} is shown.`,
    proposed: 'Nothing is saved yet: what is already known is filled in below.',
  },
}

const TONES: Readonly<Record<Version['state'], Tone>> = { draft: 'open', submitted: 'good', corrected: 'quiet' }

export function ReportPage() {
  const t = useTexts(TEXTS)
  const { register = '', subject = '', stage = '' } = useParams()
  const path = `/registers/reports/${[register, subject, stage].map(encodeURIComponent).join('/')}`
  const found = useQuery({ queryKey: ['register-report', path], queryFn: () => get<Report>(path) })
  const title = t.titles[stage as Report['stage']]?.(subject) ?? subject
  const [newest] = found.data?.versions ?? []
  return (
    <Page title={title}>
      <Group gap="sm">
        <Anchor component={Link} to="/registers">
          ← {t.registers}
        </Anchor>
        {register === 'incident' && (
          <Anchor component={Link} to={`/registers/incidents/${subject}`}>
            {t.incident(subject)}
          </Anchor>
        )}
      </Group>
      <Problem error={found.error} />
      {found.isPending && <Skeleton h={300} />}
      {found.data !== undefined && (
        <Editor key={`${newest?.version_no} ${newest?.save_no} ${newest?.state}`} report={found.data} path={path} />
      )}
    </Page>
  )
}

type EditorProps = { readonly report: Report; readonly path: string }

function Editor({ report, path }: EditorProps) {
  const t = useTexts(TEXTS)
  const may_change = useMay('register.change')
  const may_submit = useMay('register.submit')
  const [newest] = report.versions
  const draft = newest?.state === 'draft' ? newest : undefined
  const first = newest?.content ?? report.proposed ?? {}
  const [content, setContent] = useState(first)
  const [is_correcting, setCorrecting] = useState(false)
  const [is_asking, setAsking] = useState(false)
  const { save, submit } = useReport(path, draft)
  const is_fixed = !may_change || (newest !== undefined && draft === undefined && !is_correcting)
  const is_unsaved = content !== first
  useUnsaved(is_unsaved)
  const error = save.error ?? submit.error
  const fault =
    error instanceof ApiError && error.field !== undefined ? { field: error.field, message: error.message } : undefined
  return (
    <Stack gap="md">
      <Problem error={error} />
      <Text size="sm">{newest === undefined ? t.proposed : t.shown(newest.version_no)}</Text>
      {report.register === 'fraud' ? (
        <FraudForm content={content as FraudContent} is_fixed={is_fixed} onChange={setContent} />
      ) : (
        <TextForm
          headings={report.headings}
          content={content as TextContent}
          is_fixed={is_fixed}
          fault={fault}
          onChange={setContent}
        />
      )}
      <Group gap="sm">
        {!is_fixed && (
          <Button loading={save.isPending} onClick={() => save.mutate(content)}>
            {t.save}
          </Button>
        )}
        {may_submit && draft !== undefined && (
          <Button variant="default" disabled={is_unsaved} onClick={() => setAsking(true)}>
            {t.submit}
          </Button>
        )}
        {may_change && is_fixed && (
          <Button variant="default" onClick={() => setCorrecting(true)}>
            {t.correct}
          </Button>
        )}
        <Text size="sm" aria-live="polite">
          {is_unsaved ? t.unsaved : ''}
        </Text>
      </Group>
      <Versions report={report} path={path} />
      <Modal
        opened={is_asking}
        onClose={() => setAsking(false)}
        title={t.sure}
        closeButtonProps={{ 'aria-label': t.cancel }}
      >
        <Text size="sm" mb="md">
          {t.sure_text}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={() => setAsking(false)}>
            {t.cancel}
          </Button>
          <Button
            loading={submit.isPending}
            onClick={() => submit.mutate(undefined, { onSettled: () => setAsking(false) })}
          >
            {t.yes}
          </Button>
        </Group>
      </Modal>
    </Stack>
  )
}

/** Both onto the draft as it was seen. */
function useReport(path: string, draft: Version | undefined) {
  const queries = useQueryClient()
  const seen = draft && { version_no: draft.version_no, save_no: draft.save_no }
  const onSuccess = () => {
    for (const key of ['register-report', 'deadlines', 'fraud-periods', 'incident', 'home'])
      void queries.invalidateQueries({ queryKey: [key] })
  }
  const save = useMutation({
    mutationFn: (content: object) => put(path, { content, ...(seen !== undefined && { seen }) }),
    onSuccess,
  })
  const submit = useMutation({ mutationFn: () => post(`${path}/submission`, seen), onSuccess })
  return { save, submit }
}

function Versions({ report, path }: EditorProps) {
  const t = useTexts(TEXTS)
  if (report.versions.length === 0) return null
  return (
    <section>
      <Title order={2} size="h4" mb="xs">
        {t.versions}
      </Title>
      <DataTable
        caption={t.versions}
        rows={report.versions}
        rowKey={(row) => String(row.version_no)}
        empty=""
        columns={[
          { key: 'version', title: t.version, cell: (row) => row.version_no },
          {
            key: 'state',
            title: t.state,
            cell: ({ state }) => <StatusBadge tone={TONES[state]}>{t.states[state]}</StatusBadge>,
          },
          {
            key: 'saved',
            title: t.saved,
            cell: (row) => (
              <span>
                <Moment at={row.saved_at} /> {row.saved_by}
              </span>
            ),
          },
          {
            key: 'submitted',
            title: t.submitted,
            cell: (row) => (
              <span>
                <Moment at={row.submitted_at} /> {row.submitted_by ?? ''}
              </span>
            ),
          },
          {
            key: 'export',
            title: t.export,
            cell: (row) => (
              <Group gap="xs" wrap="nowrap" component="span">
                {(['csv', 'json'] as const).map((format) => (
                  <Anchor
                    key={format}
                    href={addressOf(`${path}/export${queryOf({ format, version_no: row.version_no })}`)}
                    download
                    aria-label={`${t.export} ${format.toUpperCase()}, ${t.version} ${row.version_no}`}
                  >
                    {format.toUpperCase()}
                  </Anchor>
                ))}
              </Group>
            ),
          },
        ]}
      />
    </section>
  )
}
