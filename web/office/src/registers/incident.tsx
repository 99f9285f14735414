/** One incident: what is known, what it comes to, what is due, its reports. */
import { Alert, Anchor, Button, Group, List, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { get, post, put } from '../../../shared/api.ts'
import { useMay } from '../../../shared/me.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { useUnsaved } from '../../../shared/unsaved.tsx'
import { Deadlines } from './deadline.tsx'
import { FactsForm } from './facts-form.tsx'
import { fromLocal, toLocal } from './local-time.ts'
import type { Criterion, Incident } from './model.ts'
import { Kind } from './registers.tsx'

type Words = {
  readonly [name in
    | 'list'
    | 'aware'
    | 'save'
    | 'saved'
    | 'judge'
    | 'judge_again'
    | 'close'
    | 'now'
    | 'would_be'
    | 'major'
    | 'minor'
    | 'met'
    | 'none_met'
    | 'rule'
    | 'reports'
    | 'facts'
    | 'unsaved'
    | 'judged_at']: string
} & {
  readonly title: (n: string) => string
  readonly criteria: Readonly<Record<Criterion, string>>
  readonly stages: Readonly<Record<'initial' | 'intermediate' | 'final', string>>
}

const TEXTS: { readonly ro: Words; readonly en: Words } = {
  ro: {
    title: (n) => `Incidentul ${n}`,
    list: 'Registre',
    aware: 'Când am aflat (ora României)',
    save: 'Salvează',
    saved: 'Salvat.',
    judge: 'Încadrează incidentul',
    judge_again: 'Încadrează din nou',
    close: 'Închide incidentul',
    now: 'Încadrarea',
    would_be: 'După datele salvate, incidentul',
    major: 'este major',
    minor: 'nu este major',
    met: 'Criterii îndeplinite',
    none_met: 'niciunul',
    rule: 'Major: au fost afectate servicii critice și fie a existat acces rău-intenționat, fie se îndeplinesc cel puțin două dintre celelalte criterii (Regulamentul delegat (UE) 2024/1772, art. 8–9).',
    reports: 'Rapoarte către autoritate',
    facts: 'Ce se știe',
    unsaved: 'Sunt modificări nesalvate.',
    judged_at: 'la',
    criteria: {
      clients: 'clienți, contrapărți, tranzacții',
      reputation: 'reputație',
      duration: 'durată sau indisponibilitate',
      geography: 'mai multe state membre',
      data: 'pierderi de date',
      access: 'acces rău-intenționat',
      cost: 'cost economic',
    },
    stages: { initial: 'Notificarea inițială', intermediate: 'Raportul intermediar', final: 'Raportul final' },
  },
  en: {
    title: (n) => `Incident ${n}`,
    list: 'Registers',
    aware: 'When we became aware (Romanian time)',
    save: 'Save',
    saved: 'Saved.',
    judge: 'Classify the incident',
    judge_again: 'Classify again',
    close: 'Close the incident',
    now: 'Classification',
    would_be: 'By the saved facts, the incident',
    major: 'is major',
    minor: 'is not major',
    met: 'Criteria met',
    none_met: 'none',
    rule: 'Major: critical services were affected, and either there was malicious access or at least two of the other criteria are met (Delegated Regulation (EU) 2024/1772, Articles 8 and 9).',
    reports: 'Reports to the authority',
    facts: 'What is known',
    unsaved: 'There are unsaved changes.',
    judged_at: 'at',
    criteria: {
      clients: 'clients, counterparts, transactions',
      reputation: 'reputation',
      duration: 'duration or downtime',
      geography: 'several Member States',
      data: 'data losses',
      access: 'malicious access',
      cost: 'economic impact',
    },
    stages: { initial: 'Initial notification', intermediate: 'Intermediate report', final: 'Final report' },
  },
}

export function IncidentPage() {
  const t = useTexts(TEXTS)
  const { incident_id = '' } = useParams()
  const found = useQuery({
    queryKey: ['incident', incident_id],
    queryFn: () => get<Incident>(`/registers/incidents/${encodeURIComponent(incident_id)}`),
  })
  return (
    <Page title={t.title(incident_id)}>
      <Anchor component={Link} to="/registers">
        ← {t.list}
      </Anchor>
      <Problem error={found.error} />
      {found.isPending && <Skeleton h={300} />}
      {found.data !== undefined && <Editor key={found.data.version_no} incident={found.data} />}
    </Page>
  )
}

function Editor({ incident }: { readonly incident: Incident }) {
  const t = useTexts(TEXTS)
  const queries = useQueryClient()
  const may_change = useMay('register.change')
  const may_submit = useMay('register.submit')
  const [facts, setFacts] = useState(incident.facts)
  const [aware, setAware] = useState(toLocal(incident.aware_at))
  const path = `/registers/incidents/${incident.incident_id}`
  const { version_no } = incident
  const work = useMutation({
    mutationFn: (what: 'save' | 'judgement' | 'closing') =>
      what === 'save'
        ? put<Incident>(path, {
            version_no,
            facts,
            aware_at: aware === toLocal(incident.aware_at) ? incident.aware_at : fromLocal(aware),
          })
        : post<Incident>(`${path}/${what}`, { version_no }),
    onSuccess: (fresh) => {
      queries.setQueryData(['incident', String(incident.incident_id)], fresh)
      for (const key of ['deadlines', 'incidents', 'home']) void queries.invalidateQueries({ queryKey: [key] })
    },
  })
  const is_fixed = incident.state === 'closed' || !may_change
  const is_unsaved = facts !== incident.facts || aware !== toLocal(incident.aware_at)
  useUnsaved(is_unsaved)
  return (
    <Stack gap="lg">
      <Problem error={work.error} />
      <Judged incident={incident} />
      <Group gap="sm">
        {!is_fixed && (
          <Button
            variant="default"
            disabled={is_unsaved}
            loading={work.isPending}
            onClick={() => work.mutate('judgement')}
          >
            {incident.is_major === null ? t.judge : t.judge_again}
          </Button>
        )}
        {may_submit && incident.state === 'open' && incident.next === undefined && (
          <Button
            variant="default"
            disabled={is_unsaved}
            loading={work.isPending}
            onClick={() => work.mutate('closing')}
          >
            {t.close}
          </Button>
        )}
      </Group>
      {incident.is_major === true && <Reports incident={incident} />}
      <section>
        <Title order={2} size="h4" mb="xs">
          {t.facts}
        </Title>
        <Stack gap="sm">
          <TextInput
            type="datetime-local"
            label={t.aware}
            required
            value={aware}
            disabled={is_fixed}
            onChange={(event) => setAware(event.currentTarget.value)}
            maw={280}
          />
          <FactsForm facts={facts} is_fixed={is_fixed} onChange={setFacts} />
          {!is_fixed && (
            <Group>
              <Button
                disabled={!is_unsaved || facts.title.trim() === ''}
                loading={work.isPending}
                onClick={() => work.mutate('save')}
              >
                {t.save}
              </Button>
              <Text size="sm" aria-live="polite">
                {is_unsaved ? t.unsaved : ''}
              </Text>
            </Group>
          )}
        </Stack>
      </section>
    </Stack>
  )
}

function Judged({ incident }: { readonly incident: Incident }) {
  const t = useTexts(TEXTS)
  const { is_major, classified_at, judgement, next } = incident
  const met = judgement.met.map((criterion) => t.criteria[criterion]).join(', ')
  return (
    <Stack gap="xs">
      <Text component="div">
        {t.now}: <Kind is_major={is_major} />{' '}
        {classified_at !== null && (
          <>
            {t.judged_at} <Moment at={classified_at} />
          </>
        )}
      </Text>
      <Alert color={judgement.is_major ? 'red' : 'gray'} variant="light">
        <Text size="sm">
          {t.would_be} <strong>{judgement.is_major ? t.major : t.minor}</strong>. {t.met}:{' '}
          {met === '' ? t.none_met : met}.
        </Text>
        <Text size="sm">{t.rule}</Text>
      </Alert>
      {next !== undefined && <Deadlines deadlines={[next]} now={new Date().toISOString()} />}
    </Stack>
  )
}

function Reports({ incident }: { readonly incident: Incident }) {
  const t = useTexts(TEXTS)
  return (
    <section>
      <Title order={2} size="h4" mb="xs">
        {t.reports}
      </Title>
      <List>
        {(['initial', 'intermediate', 'final'] as const).map((stage) => (
          <List.Item key={stage}>
            <Anchor component={Link} to={`/registers/reports/incident/${incident.incident_id}/${stage}`}>
              {t.stages[stage]}
            </Anchor>
          </List.Item>
        ))}
      </List>
    </section>
  )
}
