/** Notes of staff, and what happened to the case, in order. */
import { Button, Group, Stack, Text, Textarea, Timeline } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { post } from '../../../shared/api.ts'
import type { CaseView, DocumentKind } from '../../../shared/case/model.ts'
import { useWho } from '../../../shared/case/who.ts'
import { DECISIONS, DOCUMENT_WORDS, EVENTS, OUTCOMES, STATES } from '../../../shared/case/words.ts'
import { useMay } from '../../../shared/me.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { type Language, useLanguage, useTexts } from '../../../shared/texts.tsx'
import { useUnsaved } from '../../../shared/unsaved.tsx'

const TEXTS = {
  ro: { label: 'O notă nouă, doar pentru personal', add: 'Adaugă nota' },
  en: { label: 'A new note, for staff only', add: 'Add note' },
}

export function NotesSection({ view }: { readonly view: CaseView }) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const who = useWho()
  const queries = useQueryClient()
  const may_note = useMay('case.edit') && view.state !== 'erased'
  const [text, setText] = useState('')
  useUnsaved(text.trim() !== '', 'place')
  const add = useMutation({
    mutationFn: () => post(`/cases/${view.case_id}/notes`, { text: text.trim() }),
    async onSuccess() {
      setText('')
      await queries.invalidateQueries({ queryKey: ['case', view.case_id] })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    add.mutate()
  }
  const newest_first = [...view.events].sort((one, other) => other.event_no - one.event_no)
  return (
    <Stack gap="md">
      {may_note && (
        <form onSubmit={submit}>
          <Stack gap="xs">
            <Problem error={add.error} />
            <Textarea
              label={t.label}
              required
              autosize
              minRows={2}
              maxLength={4_000}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
            <Group justify="flex-end">
              <Button type="submit" variant="default" loading={add.isPending}>
                {t.add}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
      <Timeline bulletSize={14} lineWidth={2}>
        {newest_first.map((event) => (
          <Timeline.Item key={event.event_no} title={EVENTS[event.type]?.[language] ?? event.type}>
            <Text size="xs" c="gray.7">
              <Moment at={event.at} /> · {who(event.by)} · {STATES[event.to_state][language]}
            </Text>
            {event.text !== undefined && (
              <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
                {textOf(event, language)}
              </Text>
            )}
          </Timeline.Item>
        ))}
      </Timeline>
    </Stack>
  )
}

/** What people wrote as it is; what the program noted in its own words is told in the reader's. */
function textOf({ type, text = '' }: Pick<CaseView['events'][number], 'type' | 'text'>, language: Language): string {
  if (type === 'document') return DOCUMENT_WORDS[text as DocumentKind]?.[language] ?? text
  if (type === 'screen') return OUTCOMES[text as keyof typeof OUTCOMES]?.[language] ?? text
  if (type !== 'hit') return text
  const [decision = '', ...reason] = text.split(': ')
  const word = DECISIONS[decision as keyof typeof DECISIONS]?.[language]
  return word === undefined ? text : `${word}: ${reason.join(': ')}`
}
