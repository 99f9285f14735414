/** Changing limits: what is typed is compared with what is, so that it is plain whether one person may or it takes two. */
import { Alert, Button, Fieldset, Group, List, NumberInput, SimpleGrid, Stack, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { MeasuredLimit } from '../../../../src/http/office/partner-contract.ts'
import { put } from '../../../shared/api.ts'
import { useMay } from '../../../shared/me.ts'
import { Problem } from '../../../shared/problem.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { useUnsaved } from '../../../shared/unsaved.tsx'
import { ProposeDialog, type Proposed } from '../approvals/proposed.tsx'
import { changesOf, type Draft, draftOf, LEVELS, type Level, overlaps } from './draft.ts'
import { useIndicatorWords, useLevelText } from './use-words.ts'
import { isInLei } from './words.ts'

const TEXTS = {
  ro: {
    estimate: 'Estimare',
    warn_level: 'Avertizează peste',
    block_level: 'Blochează peste',
    unit: 'lei',
    save: 'Salvează',
    propose: 'Propune ridicarea',
    cancel: 'Renunță',
    nothing: 'Nimic nu s-a schimbat.',
    raises: 'Se ridică limite: e nevoie de încă o persoană',
    lowers: 'Nicio limită nu se ridică: o persoană e destul',
    may_not_raise: 'Rolul tău nu propune ridicarea limitelor.',
    may_not_lower: 'Rolul tău nu schimbă limitele fără a le ridica.',
    over: 'Avertizarea nu poate fi peste blocare.',
    none: 'fără',
    title: 'Propune limite mai mari',
  },
  en: {
    estimate: 'Estimate',
    warn_level: 'Warns above',
    block_level: 'Blocks above',
    unit: 'lei',
    save: 'Save',
    propose: 'Propose raising',
    cancel: 'Cancel',
    nothing: 'Nothing has changed.',
    raises: 'This raises limits: a second person must approve',
    lowers: 'This raises no limit: no approval is needed',
    may_not_raise: 'Your role cannot propose raising limits.',
    may_not_lower: 'Your role cannot change limits without raising them.',
    over: 'The warning level cannot be above the blocking level.',
    none: 'none',
    title: 'Propose higher limits',
  },
}

type Props = {
  readonly client_id: string
  readonly limits: readonly MeasuredLimit[]
  onDone(result: 'saved' | 'cancelled' | Proposed): void
}

export function EditLimits({ client_id, limits, onDone }: Props) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const levelText = useLevelText()
  const words = useIndicatorWords()
  const queries = useQueryClient()
  const may = { lower: useMay('limit.lower'), raise: useMay('limit.raise') }
  // As they were when editing began: what somebody else changes meanwhile is told by the server.
  const [seen] = useState(limits)
  const [draft, setDraft] = useState<Draft>(() => draftOf(limits))
  const [is_proposing, setIsProposing] = useState(false)
  const { changes, told, raises } = changesOf(seen, draft)
  useUnsaved(changes.length > 0)
  const path = `/partners/${encodeURIComponent(client_id)}/limits`
  const saving = useMutation({
    mutationFn: () => {
      const of = changes.map(({ indicator }) => seen.find((limit) => limit.indicator === indicator) as MeasuredLimit)
      const levels = of.map(({ indicator, estimate, warn_level, block_level }) => [
        indicator,
        { estimate, warn_level, block_level },
      ])
      return put(path, { changes, seen: Object.fromEntries(levels) })
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['limits', client_id] })
      onDone('saved')
    },
  })
  const is_allowed = raises ? may.raise : may.lower
  const has_fault = seen.some(({ indicator }) => overlaps(draft, indicator))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (changes.length === 0 || has_fault || !is_allowed) return
    if (raises) setIsProposing(true)
    else saving.mutate()
  }
  const preview = (
    <List size="sm">
      {told.map(({ indicator, level, before, after, is_raise }) => (
        <List.Item key={`${indicator} ${level}`}>
          {words[indicator]?.name}, {t[level].toLowerCase()}: {before === null ? t.none : levelText(indicator, before)}{' '}
          →{' '}
          <Text component="span" fw={is_raise ? 700 : 400} size="sm">
            {after === null ? t.none : levelText(indicator, after)}
          </Text>
        </List.Item>
      ))}
    </List>
  )
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
          {seen.map(({ indicator }) => (
            <Fieldset key={indicator} legend={words[indicator]?.name ?? indicator}>
              <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="xs">
                {LEVELS.map((level: Level) => (
                  <NumberInput
                    key={level}
                    size="sm"
                    label={t[level]}
                    min={0}
                    max={1_000_000_000}
                    allowNegative={false}
                    decimalScale={isInLei(indicator) ? 2 : 0}
                    decimalSeparator={language === 'ro' ? ',' : '.'}
                    thousandSeparator={language === 'ro' ? '.' : ','}
                    hideControls
                    {...(isInLei(indicator) && { suffix: ` ${t.unit}` })}
                    value={draft[indicator]?.[level] ?? ''}
                    onChange={(value) =>
                      setDraft((now) => ({ ...now, [indicator]: { ...now[indicator], [level]: value } }))
                    }
                    error={level === 'warn_level' && overlaps(draft, indicator) ? t.over : undefined}
                  />
                ))}
              </SimpleGrid>
            </Fieldset>
          ))}
        </SimpleGrid>
        <div aria-live="polite">
          {changes.length === 0 ? (
            <Text size="sm" c="gray.7">
              {t.nothing}
            </Text>
          ) : (
            <Alert color={raises ? 'orange' : 'blue'} variant="light" title={raises ? t.raises : t.lowers}>
              {preview}
              {!is_allowed && <Text size="sm">{raises ? t.may_not_raise : t.may_not_lower}</Text>}
            </Alert>
          )}
        </div>
        <Problem error={saving.error} />
        <Group>
          <Button type="submit" loading={saving.isPending} disabled={changes.length === 0 || has_fault || !is_allowed}>
            {raises ? t.propose : t.save}
          </Button>
          <Button variant="default" onClick={() => onDone('cancelled')}>
            {t.cancel}
          </Button>
        </Group>
      </Stack>
      <ProposeDialog
        title={t.title}
        opened={is_proposing}
        path={`${path}/raise`}
        body={{ changes }}
        onClose={() => setIsProposing(false)}
        onProposed={onDone}
      >
        {preview}
      </ProposeDialog>
    </form>
  )
}
