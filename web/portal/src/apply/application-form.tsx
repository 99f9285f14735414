/** The applicant's form, a section at a time: each step is saved as one goes on, the last hands it in. */
import { Alert, Button, Grid, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useState } from 'react'
import { ChangeTable } from '../../../shared/case/change-table.tsx'
import type { Change } from '../../../shared/case/changes.ts'
import { DocumentList, DocumentUpload } from '../../../shared/case/documents.tsx'
import { FaultSummary } from '../../../shared/case/fault-summary.tsx'
import { sectionsOf, whereIs } from '../../../shared/case/fields.ts'
import { SectionForm } from '../../../shared/case/form.tsx'
import { HostedPreview } from '../../../shared/case/hosted-preview.tsx'
import type { ApplicantView, CaseData, CaseKind, DocumentKind, Fault } from '../../../shared/case/model.ts'
import { controlId } from '../../../shared/case/path.ts'
import { KINDS } from '../../../shared/case/words.ts'
import { Problem } from '../../../shared/problem.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { Steps } from './steps.tsx'
import { useApplication } from './use-application.ts'

const TEXTS = {
  ro: {
    title: 'Cerere de parteneriat',
    about: 'Se salvează la fiecare pas; poți continua mai târziu cu același link.',
    question: 'Ți se mai cere',
    documents: 'Documente',
    finish: 'Depunere',
    back: 'Înapoi',
    next: 'Salvează și continuă',
    save: 'Salvează',
    skip: 'Continuă fără ele',
    submit: 'Depune cererea',
    saved: 'Tot ce ai scris este salvat.',
    lacks_here: 'În pasul acesta mai este de completat',
    lacks: 'Înainte de depunere mai este de completat',
    complete: 'Cererea este completă și poate fi depusă.',
    finish_about: 'După depunere nu mai poți schimba nimic până nu ți se cere.',
    changed:
      'Cererea a fost schimbată între timp în altă parte. Ce ai scris aici a rămas; verifică și salvează din nou.',
    your_name: 'Numele tău',
  },
  en: {
    title: 'Application for partnership',
    about: 'Every step is saved; you can go on later with the same link.',
    question: 'You are asked for more',
    documents: 'Documents',
    finish: 'Hand in',
    back: 'Back',
    next: 'Save and go on',
    save: 'Save',
    skip: 'Go on without',
    submit: 'Hand in the application',
    saved: 'All that you typed is saved.',
    lacks_here: 'This step still lacks',
    lacks: 'Before it can be handed in it still lacks',
    complete: 'The application is complete and can be handed in.',
    finish_about: 'Once handed in you can change nothing until you are asked to.',
    changed: 'The application was changed elsewhere meanwhile. What you typed is still here; check it and save again.',
    your_name: 'Your name',
  },
}

const KINDS_OF_DOCUMENTS: readonly DocumentKind[] = [
  'identity',
  'registration_certificate',
  'constitutive_act',
  'mandate',
  'bank_statement',
  'other',
]

type Props = {
  readonly view: ApplicantView
  readonly headers: Readonly<Record<string, string>>
  onView(view: ApplicantView): void
}

const stepOf = (field: string): string => whereIs(field)?.section.id ?? 'documents'

export function ApplicationForm({ view, headers, onView }: Props) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const form = useApplication({ view, headers, onView })
  const [step, setStep] = useState('')
  // Steps that were left once: only there is said what lacks.
  const [tried, setTried] = useState<readonly string[]>([])
  const [pressed, setPressed] = useState(0)
  const is_narrow = useMediaQuery('(max-width: 62em)', false, { getInitialValueInEffect: false })
  const sections = sectionsOf(view.kind).filter(({ by }) => by !== 'staff')
  const rows = [
    ...sections.map((one) => ({ id: one.id as string, label: one[language] })),
    { id: 'documents', label: t.documents },
    { id: 'finish', label: t.finish },
  ]
  const at = Math.max(
    0,
    rows.findIndex(({ id }) => id === step),
  )
  const current = rows[at]?.id ?? 'finish'
  const faults = [
    ...form.refused,
    ...view.faults.filter(({ field }) => form.refused.every((one) => one.field !== field)),
  ]
  const count = (id: string) => faults.filter(({ field }) => stepOf(field) === id).length
  const here = tried.includes(current) ? faults.filter(({ field }) => stepOf(field) === current) : []

  const goTo = (id: string) => {
    setPressed(0)
    setStep(id)
    window.scrollTo({ top: 0 })
  }
  const goToFault = ({ field }: Fault) => {
    goTo(stepOf(field))
    setTried((now) => [...now, stepOf(field)])
    setTimeout(() => document.getElementById(controlId(field))?.focus(), 50)
  }
  /** @param is_pressing going on although something lacks */
  const goOn = async (is_pressing: boolean) => {
    const saved = await form.save()
    setTried((now) => [...now, current])
    const lacks = saved === undefined || saved.faults.some(({ field }) => stepOf(field) === current)
    if (saved === undefined || (lacks && !is_pressing)) setPressed((now) => now + 1)
    else goTo(rows[at + 1]?.id ?? current)
  }
  const choose = async (id: string) => {
    if ((await form.save()) === undefined) setPressed((now) => now + 1)
    else goTo(id)
  }
  const submit = async () => {
    const saved = await form.save()
    setTried(rows.map(({ id }) => id))
    setPressed((now) => now + 1)
    if (saved !== undefined) form.submit(saved.version)
  }
  return (
    <Stack gap="md">
      <Head view={view} theirs={form.theirs} />
      <Problem error={form.error} />
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 3 }}>
          <Steps rows={rows} current={current} is_narrow={is_narrow} count={count} onChoose={(id) => void choose(id)} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 9 }}>
          <Paper withBorder p="md">
            <Stack gap="md">
              <Title order={2} size="h4">
                {rows[at]?.label}
              </Title>
              {current === 'finish' ? (
                <Finish faults={faults} pressed={pressed} onGo={goToFault} />
              ) : (
                <FaultSummary title={t.lacks_here} faults={here} pressed={pressed} onGo={goToFault} />
              )}
              {current === 'documents' ? (
                <Documents view={view} headers={headers} onView={onView} />
              ) : (
                <OneStep step={current} kind={view.kind} data={form.data} faults={here} onChange={form.set} />
              )}
              <Group justify="space-between">
                <Button variant="default" disabled={at === 0} onClick={() => void choose(rows[at - 1]?.id ?? current)}>
                  {t.back}
                </Button>
                <Group gap="xs">
                  {here.length > 0 && current !== 'finish' && (
                    <Button variant="default" onClick={() => void goOn(true)}>
                      {t.skip}
                    </Button>
                  )}
                  <Button loading={form.is_busy} onClick={() => void (current === 'finish' ? submit() : goOn(false))}>
                    {current === 'finish' ? t.submit : t.next}
                  </Button>
                </Group>
              </Group>
              <Text size="xs" c="gray.7" role="status">
                {!form.is_changed && t.saved}
              </Text>
            </Stack>
          </Paper>
        </Grid.Col>
      </Grid>
    </Stack>
  )
}

/** What it is, what was asked, and what somebody else has changed meanwhile. */
function Head({ view, theirs }: { readonly view: ApplicantView; readonly theirs: readonly Change[] }) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  return (
    <>
      <div>
        <Title order={1} size="h2">
          {t.title}
        </Title>
        <Text size="sm" c="gray.7">
          {KINDS[view.kind][language]}. {t.about}
        </Text>
      </div>
      {view.question !== null && (
        <Alert color="orange" variant="light" title={t.question}>
          <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {view.question}
          </Text>
        </Alert>
      )}
      {theirs.length > 0 && (
        <Alert color="orange" variant="light" role="alert" title={t.changed}>
          <ChangeTable changes={theirs} />
        </Alert>
      )}
    </>
  )
}

type OneStepProps = {
  readonly step: string
  readonly kind: CaseKind
  readonly data: CaseData
  readonly faults: readonly Fault[]
  onChange(data: CaseData): void
}

function OneStep({ step, kind, data, faults, onChange }: OneStepProps) {
  const t = useTexts(TEXTS)
  const section = sectionsOf(kind).find(({ id }) => id === step)
  if (section === undefined) return null
  const { display_name, colour = '#0b5cad', logo } = data.profile ?? {}
  return (
    <>
      <SectionForm
        section={section}
        data={data}
        faults={faults}
        is_readonly={false}
        documents={[]}
        onChange={onChange}
      />
      {step === 'profile' && (
        <HostedPreview name={display_name ?? data.company?.name ?? t.your_name} colour={colour} logo={logo} />
      )}
    </>
  )
}

function Documents({ view, headers, onView }: Props) {
  return (
    <>
      <DocumentUpload<ApplicantView>
        path="/application/documents"
        kinds={KINDS_OF_DOCUMENTS}
        documents={view.documents}
        headers={headers}
        onAdded={onView}
      />
      <DocumentList documents={view.documents} />
    </>
  )
}

type FinishProps = { readonly faults: readonly Fault[]; readonly pressed: number; onGo(fault: Fault): void }

function Finish({ faults, pressed, onGo }: FinishProps) {
  const t = useTexts(TEXTS)
  return (
    <>
      <FaultSummary title={t.lacks} faults={faults} pressed={pressed} onGo={onGo} />
      {faults.length === 0 && (
        <Alert color="green" variant="light">
          {t.complete}
        </Alert>
      )}
      <Text size="sm">{t.finish_about}</Text>
    </>
  )
}
