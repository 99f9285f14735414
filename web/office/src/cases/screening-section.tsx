/** Names held against lists: by the service or by hand; each resemblance is cleared or confirmed with a reason. */
import { Button, Card, Group, Modal, Stack, Text, Textarea, Title } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { post } from '../../../shared/api.ts'
import { labelOf } from '../../../shared/case/fields.ts'
import type { CaseView, Screening, ScreeningHit } from '../../../shared/case/model.ts'
import { DECISIONS, OUTCOMES } from '../../../shared/case/words.ts'
import { useMay } from '../../../shared/me.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { StatusBadge } from '../../../shared/status-badge.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { useUnsaved } from '../../../shared/unsaved.tsx'

const OPEN_STATES = ['submitted', 'in_review', 'more_information', 'approved']

const TEXTS = {
  ro: {
    ask: 'Verifică acum în liste',
    by_hand: 'Notează o verificare manuală',
    no_service: 'Nu este configurat un serviciu de verificare: notează ce ai căutat și unde.',
    none: 'Nicio verificare încă.',
    outdated: 'Făcută pe o versiune mai veche a dosarului; numele s-au putut schimba.',
    version: 'versiunea',
    kinds: { sanctions: 'sancțiuni', pep: 'persoană expusă public', adverse: 'știri negative' },
    listed: 'În listă',
    in_case: 'În dosar',
    score: 'asemănare',
    clear: 'Este altă persoană',
    confirm: 'Este chiar persoana',
    reason: 'Motivul',
    note: 'Ce s-a căutat, unde și cu ce rezultat',
    save: 'Salvează',
    cancel: 'Înapoi',
    close: 'Închide',
  },
  en: {
    ask: 'Screen now',
    by_hand: 'Record a manual search',
    no_service: 'No screening service is configured: record what you looked up and where.',
    none: 'No screening yet.',
    outdated: 'Carried out on an older version of the case; names may have changed.',
    version: 'version',
    kinds: { sanctions: 'sanctions', pep: 'politically exposed', adverse: 'adverse media' },
    listed: 'On the list',
    in_case: 'In the case',
    score: 'resemblance',
    clear: 'Someone else',
    confirm: 'This person',
    reason: 'Reason',
    note: 'What was looked up, where, and with what result',
    save: 'Save',
    cancel: 'Back',
    close: 'Close',
  },
}

export function ScreeningSection({ view }: { readonly view: CaseView }) {
  const t = useTexts(TEXTS)
  const queries = useQueryClient()
  const may_screen = useMay('case.review') && OPEN_STATES.includes(view.state)
  const [is_noting, setIsNoting] = useState(false)
  const refresh = () => queries.invalidateQueries({ queryKey: ['case', view.case_id] })
  const ask = useMutation({
    mutationFn: () => post<Screening>(`/cases/${view.case_id}/screenings`, {}),
    onSettled: refresh,
  })
  const newest_first = [...view.screenings].sort((one, other) => other.screening_id - one.screening_id)
  return (
    <Stack gap="sm">
      <Problem error={ask.error} />
      {!view.has_screening_service && (
        <Text size="sm" c="gray.7">
          {t.no_service}
        </Text>
      )}
      {may_screen && (
        <Group gap="xs">
          {view.has_screening_service && (
            <Button onClick={() => ask.mutate()} loading={ask.isPending}>
              {t.ask}
            </Button>
          )}
          <Button variant="default" onClick={() => setIsNoting(true)}>
            {t.by_hand}
          </Button>
        </Group>
      )}
      {newest_first.length === 0 && <Text c="gray.7">{t.none}</Text>}
      {newest_first.map((screening, index) => (
        <OneScreening
          key={screening.screening_id}
          view={view}
          screening={screening}
          may_decide={may_screen && index === 0}
          onDecided={refresh}
        />
      ))}
      <NoteDialog
        is_open={is_noting}
        label={t.note}
        title={t.by_hand}
        onClose={() => setIsNoting(false)}
        send={async (note) => {
          await post(`/cases/${view.case_id}/screenings`, { note })
          await refresh()
        }}
      />
    </Stack>
  )
}

type OneProps = {
  readonly view: CaseView
  readonly screening: Screening
  readonly may_decide: boolean
  onDecided(): Promise<unknown>
}

function OneScreening({ view, screening, may_decide, onDecided }: OneProps) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const outcome = OUTCOMES[screening.outcome]
  return (
    <Card withBorder padding="sm">
      <Group gap="sm">
        <StatusBadge tone={outcome.tone}>{outcome[language]}</StatusBadge>
        <Text size="sm">
          <Moment at={screening.at} /> · {screening.by} · {t.version} {screening.version}
        </Text>
      </Group>
      {screening.version < view.version && (
        <Text size="xs" c="gray.7">
          {t.outdated}
        </Text>
      )}
      {screening.note !== undefined && (
        <Text size="sm" mt="xs" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {screening.note}
        </Text>
      )}
      {screening.hits.map((hit) => (
        <Hit
          key={hit.hit_no}
          path={`/cases/${view.case_id}/screenings/${screening.screening_id}/hits/${hit.hit_no}`}
          hit={hit}
          may_decide={may_decide}
          onDecided={onDecided}
        />
      ))}
    </Card>
  )
}

type HitProps = {
  readonly path: string
  readonly hit: ScreeningHit
  readonly may_decide: boolean
  onDecided(): Promise<unknown>
}

function Hit({ path, hit, may_decide, onDecided }: HitProps) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const [decision, setDecision] = useState<'cleared' | 'confirmed'>()
  return (
    <Card withBorder padding="xs" mt="xs">
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={3} size="h6" style={{ overflowWrap: 'anywhere' }}>
            {t.listed}: {hit.listed_name} ({hit.list}, {t.kinds[hit.kind]})
          </Title>
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {t.in_case}: {hit.subject_name} – {labelOf(hit.subject, language)} · {t.score} {hit.score} %
          </Text>
          {hit.reason !== undefined && (
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              {hit.decided_by}, <Moment at={hit.decided_at} />: {hit.reason}
            </Text>
          )}
        </div>
        <StatusBadge tone={DECISIONS[hit.decision].tone}>{DECISIONS[hit.decision][language]}</StatusBadge>
      </Group>
      {may_decide && hit.decision === 'open' && (
        <Group gap="xs" mt="xs">
          <Button size="compact-sm" variant="default" onClick={() => setDecision('cleared')}>
            {t.clear}
          </Button>
          <Button size="compact-sm" variant="default" c="red.9" onClick={() => setDecision('confirmed')}>
            {t.confirm}
          </Button>
        </Group>
      )}
      <NoteDialog
        is_open={decision !== undefined}
        label={t.reason}
        title={decision === 'confirmed' ? t.confirm : t.clear}
        onClose={() => setDecision(undefined)}
        send={async (reason) => {
          await post(path, { decision, reason })
          await onDecided()
        }}
      />
    </Card>
  )
}

type NoteProps = {
  readonly is_open: boolean
  readonly title: string
  readonly label: string
  onClose(): void
  send(text: string): Promise<void>
}

function NoteDialog({ is_open, title, label, onClose, send }: NoteProps) {
  const t = useTexts(TEXTS)
  const [text, setText] = useState('')
  useUnsaved(text.trim() !== '')
  const save = useMutation({
    mutationFn: () => send(text.trim()),
    onSuccess() {
      setText('')
      onClose()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
  }
  return (
    <Modal opened={is_open} onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t.close }}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Problem error={save.error} />
          <Textarea
            label={label}
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
            <Button type="submit" loading={save.isPending}>
              {t.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
