/** What may be done with a case in its state, by the role of who looks; each asks back before it is done. */
import { Alert, Anchor, Button, Group, Modal, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Link } from 'react-router'
import { ApiError, get, post } from '../../../shared/api.ts'
import type { CaseEventType, Fault } from '../../../shared/case/model.ts'
import { useMe } from '../../../shared/me.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { useUnsaved } from '../../../shared/unsaved.tsx'
import { InviteDialog } from './invite-dialog.tsx'
import type { Editor } from './use-editor.ts'

const TEXTS = {
  ro: {
    submit: 'Depune',
    review: 'Ia în analiză',
    ask: 'Cere completări',
    approve: 'Propune aprobarea',
    refuse: 'Refuză',
    withdraw: 'Retrage',
    end: 'Încheie relația',
    invite: 'Trimite link solicitantului',
    about: {
      submit: 'Depui dosarul în numele solicitantului. Tot ce lipsește se spune deodată.',
      review: 'Dosarul trece în analiză; solicitantul nu mai poate schimba nimic.',
      ask: 'Solicitantul primește textul și poate completa din nou.',
      approve: 'O altă persoană trebuie să aprobe. Abia atunci se creează partenerul.',
      refuse: 'Motivul rămâne în dosar și îl vede doar personalul.',
      withdraw: 'Dosarul se închide; păstrarea lui începe să curgă.',
      end: 'Partenerul este suspendat, iar perioada de păstrare începe. Nu se poate da înapoi.',
    },
    text: { ask: 'Ce trebuie completat', refuse: 'Motivul refuzului', end: 'Motivul încheierii' },
    ended_on: 'Data încheierii (gol: azi)',
    cancel: 'Înapoi',
    close: 'Închide',
    unsaved: 'Salvează întâi schimbările.',
    proposed: 'Aprobarea a fost propusă și așteaptă o altă persoană, până la',
    approvals: 'Vezi aprobările',
    waits: 'O propunere de aprobare așteaptă deja',
    by: 'propusă de',
    changed: 'Dosarul s-a schimbat între timp. Vezi acum ultima versiune; uită-te din nou și repetă.',
  },
  en: {
    submit: 'Submit',
    review: 'Start review',
    ask: 'Ask for more information',
    approve: 'Propose approval',
    refuse: 'Refuse',
    withdraw: 'Withdraw',
    end: 'End the relationship',
    invite: 'Send the applicant a link',
    about: {
      submit: 'You submit it on the applicant’s behalf. Everything that is missing is listed at once.',
      review: 'The case goes under review; the applicant can no longer change anything.',
      ask: 'The applicant receives this text and can edit the case again.',
      approve: 'Another person must approve. Only then is the partner created.',
      refuse: 'The reason stays in the case, for staff only.',
      withdraw: 'The case is closed and its retention period begins.',
      end: 'The partner is suspended and the retention period begins. This cannot be undone.',
    },
    text: { ask: 'What is needed', refuse: 'Reason for the refusal', end: 'Reason for ending it' },
    ended_on: 'End date (empty: today)',
    cancel: 'Back',
    close: 'Close',
    unsaved: 'Save the changes first.',
    proposed: 'The approval has been proposed and is waiting for another person, until',
    approvals: 'See the approvals',
    waits: 'An approval has already been proposed',
    by: 'proposed by',
    changed: 'The case has changed in the meantime. You are now looking at its latest version; check it and try again.',
  },
}

type Move = 'submit' | 'review' | 'ask' | 'approve' | 'refuse' | 'withdraw' | 'end'
const MOVES: Readonly<Record<Move, { readonly path: string; readonly act: string; readonly tone?: 'red.9' }>> = {
  submit: { path: 'submission', act: 'case.edit' },
  review: { path: 'review', act: 'case.review' },
  approve: { path: 'approval', act: 'partner.approve' },
  ask: { path: 'question', act: 'case.review' },
  refuse: { path: 'refusal', act: 'case.review', tone: 'red.9' },
  withdraw: { path: 'withdrawal', act: 'case.edit', tone: 'red.9' },
  end: { path: 'end', act: 'case.end', tone: 'red.9' },
}
const PRIMARY: readonly Move[] = ['submit', 'review', 'approve']

type Props = {
  readonly editor: Editor
  onFaults(told: { faults: readonly Fault[]; pressed: number }): void
}

export function Moves({ editor, onFaults }: Props) {
  const t = useTexts(TEXTS)
  const { acts } = useMe()
  const { base, changes } = editor
  const [opened, setOpened] = useState<Move | 'invite'>()
  const waiting = useWaiting(base.case_id, base.state === 'in_review' && acts.includes('approval.read'))
  const is_changed = changes.length > 0
  const names = (Object.keys(MOVES) as Move[]).filter(
    (move) => base.moves.includes(move as CaseEventType) && acts.includes(MOVES[move].act),
  )
  const may_invite = acts.includes('case.edit') && ['draft', 'more_information'].includes(base.state)
  const close = () => setOpened(undefined)
  return (
    <Stack gap={4} align="flex-end">
      <Group gap="xs" justify="flex-end">
        {may_invite && (
          <Button variant="default" onClick={() => setOpened('invite')}>
            {t.invite}
          </Button>
        )}
        {names.map((move) => (
          <Button
            key={move}
            disabled={is_changed || (move === 'approve' && waiting !== undefined)}
            variant={PRIMARY.includes(move) ? 'filled' : 'default'}
            {...(MOVES[move].tone !== undefined && { c: MOVES[move].tone })}
            onClick={() => setOpened(move)}
          >
            {t[move]}
          </Button>
        ))}
      </Group>
      {is_changed && names.length > 0 && (
        <Text size="xs" c="gray.7">
          {t.unsaved}
        </Text>
      )}
      {waiting !== undefined && (
        <Text size="sm" role="status">
          {t.waits} ({t.by} {waiting.proposed_by}).{' '}
          <Anchor component={Link} to="/approvals">
            {t.approvals}
          </Anchor>
        </Text>
      )}
      <InviteDialog is_open={opened === 'invite'} case_id={base.case_id} onClose={close} />
      {opened !== undefined && opened !== 'invite' && (
        <MoveDialog key={opened} move={opened} editor={editor} onFaults={onFaults} onClose={close} />
      )}
    </Stack>
  )
}

type Approval = {
  readonly approval_id: number
  readonly act: string
  readonly proposed_by: string
}

/** A proposal to approve this case that waits for somebody. */
function useWaiting(case_id: number, is_asked: boolean): Approval | undefined {
  const found = useQuery({
    queryKey: ['approvals', 'of-case', case_id],
    queryFn: () => get<{ readonly approvals: readonly Approval[] }>(`/approvals?state=waiting&case_id=${case_id}`),
    enabled: is_asked,
  })
  if (!is_asked) return undefined
  return found.data?.approvals[0]
}

type DialogProps = Props & { readonly move: Move; onClose(): void }

function MoveDialog({ move, editor, onFaults, onClose }: DialogProps) {
  const t = useTexts(TEXTS)
  const queries = useQueryClient()
  const { case_id, version } = editor.base
  const [text, setText] = useState('')
  const [ended_on, setEndedOn] = useState('')
  useUnsaved(text.trim() !== '')
  const takes_text = move === 'ask' || move === 'refuse' || move === 'end'
  const done = useMutation({
    mutationFn: () =>
      post<{ readonly expires_at?: string } | undefined>(`/cases/${case_id}/${MOVES[move].path}`, {
        version,
        ...(takes_text && { text: text.trim() }),
        ...(move === 'end' && ended_on !== '' && { ended_on }),
      }),
    onSuccess() {
      onFaults({ faults: [], pressed: 0 })
      if (move !== 'approve') onClose()
    },
    onError(error) {
      if (!(error instanceof ApiError) || error.faults.length === 0) return
      onFaults({ faults: error.faults as readonly Fault[], pressed: Date.now() })
      onClose()
    },
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['case', case_id] }),
        queries.invalidateQueries({ queryKey: ['cases'] }),
        queries.invalidateQueries({ queryKey: ['approvals'] }),
      ]),
  })
  const is_changed = done.error instanceof ApiError && done.error.code === 'CASE_CHANGED'
  const submit = (event: FormEvent) => {
    event.preventDefault()
    done.mutate()
  }
  const proposal = move === 'approve' ? done.data : undefined
  return (
    <Modal opened onClose={onClose} title={t[move]} closeButtonProps={{ 'aria-label': t.close }}>
      {proposal !== undefined ? (
        <Stack gap="sm">
          <Alert color="green" variant="light" role="status">
            {t.proposed} <Moment at={proposal.expires_at} />.
          </Alert>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t.close}
            </Button>
            <Button component={Link} to="/approvals">
              {t.approvals}
            </Button>
          </Group>
        </Stack>
      ) : (
        <form onSubmit={submit}>
          <Stack gap="sm">
            <Text size="sm">{t.about[move]}</Text>
            {is_changed ? (
              <Alert color="orange" role="alert">
                {t.changed}
              </Alert>
            ) : (
              <Problem error={done.error} />
            )}
            {takes_text && (
              <Textarea
                label={t.text[move]}
                required
                autosize
                minRows={3}
                maxLength={4_000}
                data-autofocus
                value={text}
                onChange={(event) => setText(event.currentTarget.value)}
              />
            )}
            {move === 'end' && (
              <TextInput
                label={t.ended_on}
                type="date"
                value={ended_on}
                onChange={(event) => setEndedOn(event.currentTarget.value)}
              />
            )}
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                {t.cancel}
              </Button>
              <Button type="submit" loading={done.isPending} {...(MOVES[move].tone && { color: MOVES[move].tone })}>
                {t[move]}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  )
}
