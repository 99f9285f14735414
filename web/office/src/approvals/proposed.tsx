/**
 * Proposals of acts that take two people. This file: asking why, and telling that it waits. list.tsx and approval.tsx are
 * what the second person sees, words.ts what each act is called, keys.tsx the keys of the installation.
 */
import { Alert, Anchor, Button, Group, Modal, Stack, Textarea } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { Link } from 'react-router'
import { post } from '../../../shared/api.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { useUnsaved } from '../../../shared/unsaved.tsx'

const TEXTS = {
  ro: {
    why: 'Motivul',
    hint: 'Îl citește cel care aprobă.',
    propose: 'Propune',
    cancel: 'Renunță',
    waits: 'Propunerea așteaptă aprobarea altcuiva',
    until: 'până la',
    see: 'Vezi propunerea',
  },
  en: {
    why: 'Reason',
    hint: 'The person who approves will read it.',
    propose: 'Propose',
    cancel: 'Cancel',
    waits: 'The proposal is waiting for someone else to approve it',
    until: 'until',
    see: 'See the proposal',
  },
}

export type Proposed = { readonly approval_id: number; readonly expires_at: string }

type DialogProps = {
  readonly title: string
  readonly opened: boolean
  readonly path: string
  /** What is proposed, beside the reason. */
  readonly body: Readonly<Record<string, unknown>>
  readonly children?: ReactNode
  onClose(): void
  onProposed(proposed: Proposed): void
}

/** Asks for the reason and proposes. */
export function ProposeDialog({ title, opened, path, body, children, onClose, onProposed }: DialogProps) {
  const t = useTexts(TEXTS)
  const queries = useQueryClient()
  const [reason, setReason] = useState('')
  useUnsaved(opened && reason.trim() !== '')
  const proposal = useMutation({
    mutationFn: () => post<Proposed>(path, { ...body, reason }),
    onSuccess: async (proposed) => {
      setReason('')
      onProposed(proposed)
      onClose()
      await queries.invalidateQueries({ queryKey: ['approvals'] })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    proposal.mutate()
  }
  const close = () => {
    proposal.reset()
    onClose()
  }
  return (
    <Modal opened={opened} onClose={close} title={title} closeButtonProps={{ 'aria-label': t.cancel }}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          {children}
          <Textarea
            label={t.why}
            description={t.hint}
            required
            maxLength={1000}
            autosize
            minRows={2}
            data-autofocus
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Problem error={proposal.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t.cancel}
            </Button>
            <Button type="submit" loading={proposal.isPending} disabled={reason.trim() === ''}>
              {t.propose}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

/** Tells that it waits, and where; takes the focus when it appears, so that it is read out and seen. */
export function ProposedNotice({ proposed }: { readonly proposed: Proposed | undefined }) {
  const t = useTexts(TEXTS)
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (proposed !== undefined) box.current?.focus()
  }, [proposed])
  if (proposed === undefined) return null
  return (
    <Alert ref={box} tabIndex={-1} role="status" color="blue" variant="light">
      {t.waits} ({t.until} <Moment at={proposed.expires_at} />
      ).{' '}
      <Anchor component={Link} to={`/approvals/${proposed.approval_id}`} size="sm" underline="always">
        {t.see} {proposed.approval_id}
      </Anchor>
    </Alert>
  )
}
