/** The rating of the risk, by compliance; a version of its own. */
import { Alert, Button, Group, NativeSelect, Stack, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { ApiError, put } from '../../../shared/api.ts'
import { faultText } from '../../../shared/case/fault-words.ts'
import type { Assessment, CaseView, Fault, Risk } from '../../../shared/case/model.ts'
import { controlId } from '../../../shared/case/path.ts'
import { RISKS } from '../../../shared/case/words.ts'
import { useMay } from '../../../shared/me.ts'
import { Problem } from '../../../shared/problem.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { useUnsaved } from '../../../shared/unsaved.tsx'

const EDITABLE = ['draft', 'submitted', 'in_review', 'more_information', 'approved']

const TEXTS = {
  ro: {
    risk: 'Încadrarea riscului',
    none: '– neevaluat –',
    unanswered: '– fără răspuns –',
    yes: 'da',
    no: 'nu',
    reason: 'Motivul încadrării',
    pep: 'Este cineva din dosar persoană expusă public (sau apropiat)?',
    pep_text: 'Cine și în ce calitate',
    notified: 'De ce se schimbă (relația este deschisă)',
    save: 'Salvează evaluarea',
    saved: 'Evaluarea a fost salvată.',
    changed: 'Altcineva a salvat între timp; vezi ultima versiune, uită-te din nou și repetă.',
  },
  en: {
    risk: 'Risk rating',
    none: '– not rated –',
    unanswered: '– no answer –',
    yes: 'yes',
    no: 'no',
    reason: 'Reason for the rating',
    pep: 'Is anyone in the case a politically exposed person (or close to one)?',
    pep_text: 'Who, and in what role',
    notified: 'Reason for the change (the relationship is active)',
    save: 'Save rating',
    saved: 'Rating saved.',
    changed: 'Someone else has saved in the meantime; you are looking at the latest version, check it and try again.',
  },
}

export function RiskSection({ view, faults }: { readonly view: CaseView; readonly faults: readonly Fault[] }) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const queries = useQueryClient()
  const may_rate = useMay('case.review') && EDITABLE.includes(view.state)
  const [given, setGiven] = useState<Assessment>(view.assessment)
  const [notified, setNotified] = useState('')
  useUnsaved(notified.trim() !== '' || JSON.stringify(given) !== JSON.stringify(view.assessment), 'place')
  const is_notified = view.state === 'approved'
  const save = useMutation({
    mutationFn: () =>
      put(`/cases/${view.case_id}/assessment`, {
        version: view.version,
        assessment: given,
        ...(is_notified && { notified: notified.trim() }),
      }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['case', view.case_id] }),
  })
  const is_changed = save.error instanceof ApiError && save.error.code === 'CASE_CHANGED'
  const refused = save.error instanceof ApiError ? (save.error.faults as readonly Fault[]) : []
  const errorOf = (field: string) => {
    const fault = [...refused, ...faults].find((one) => one.field === field)
    return fault && faultText(fault, language)
  }
  const set = (change: Partial<Assessment>) => setGiven((now) => ({ ...now, ...change }))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {is_changed ? (
          <Alert color="orange" role="alert">
            {t.changed}
          </Alert>
        ) : (
          refused.length === 0 && <Problem error={save.error} />
        )}
        <NativeSelect
          id={controlId('assessment.risk')}
          label={t.risk}
          disabled={!may_rate}
          value={given.risk ?? ''}
          error={errorOf('assessment.risk')}
          onChange={({ currentTarget: { value } }) => setGiven(withRisk(given, value))}
          data={[
            { value: '', label: t.none },
            ...(['low', 'standard', 'enhanced'] as const).map((value) => ({ value, label: RISKS[value][language] })),
          ]}
        />
        <Textarea
          id={controlId('assessment.risk_reason')}
          label={t.reason}
          autosize
          minRows={2}
          maxLength={2_000}
          readOnly={!may_rate}
          value={given.risk_reason ?? ''}
          error={errorOf('assessment.risk_reason')}
          onChange={(event) => set({ risk_reason: event.currentTarget.value })}
        />
        <NativeSelect
          id={controlId('assessment.is_pep')}
          label={t.pep}
          disabled={!may_rate}
          value={given.is_pep === undefined ? '' : String(given.is_pep)}
          error={errorOf('assessment.is_pep')}
          onChange={({ currentTarget: { value } }) => setGiven(withPep(given, value))}
          data={[
            { value: '', label: t.unanswered },
            { value: 'false', label: t.no },
            { value: 'true', label: t.yes },
          ]}
        />
        {given.is_pep === true && (
          <TextInput
            id={controlId('assessment.pep_text')}
            label={t.pep_text}
            maxLength={500}
            readOnly={!may_rate}
            value={given.pep_text ?? ''}
            error={errorOf('assessment.pep_text')}
            onChange={(event) => set({ pep_text: event.currentTarget.value })}
          />
        )}
        {may_rate && is_notified && (
          <TextInput
            label={t.notified}
            required
            maxLength={1_000}
            value={notified}
            onChange={(event) => setNotified(event.currentTarget.value)}
          />
        )}
        {may_rate && (
          <Group justify="flex-end">
            <span role="status">{save.isSuccess && t.saved}</span>
            <Button type="submit" loading={save.isPending}>
              {t.save}
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  )
}

function withRisk({ risk: _former, ...others }: Assessment, value: string): Assessment {
  return value === '' ? others : { ...others, risk: value as Risk }
}

function withPep({ is_pep: _former, ...others }: Assessment, value: string): Assessment {
  return value === '' ? others : { ...others, is_pep: value === 'true' }
}
