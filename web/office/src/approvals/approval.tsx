/** One proposal: what it would do, beside what is now; and the second person's word. */
import { Alert, Anchor, Button, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import type { ApprovalDetail } from '../../../../src/http/office/partner-contract.ts'
import { get, post } from '../../../shared/api.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Page } from '../../../shared/page.tsx'
import { Problem, useRefusal } from '../../../shared/problem.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { actName, subjectName } from '../audit/act-words.ts'
import { valueName } from '../audit/value-words.ts'
import { Facts } from '../partners/facts.tsx'
import { ProposedContent } from './content.tsx'
import { ApprovalState } from './state.tsx'
import { subjectPath } from './subject-path.ts'

const TEXTS = {
  ro: {
    title: (id: string) => `Propunerea ${id}`,
    act: 'Ce se propune',
    subject: 'Despre',
    state: 'Starea',
    by: 'Propusă de',
    until: 'Expiră',
    decided: 'Hotărâtă de',
    reason: 'Motivul',
    no_reason: 'fără',
    what: 'Ce s-ar schimba',
    approve: 'Aprobă și execută',
    refuse: 'Refuză',
    withdraw: 'Retrage propunerea',
    own: 'E propunerea ta: o aprobă altcineva.',
    not_yours: 'Rolul tău nu aprobă acest fel de propunere.',
    obstacle: 'Nu se poate executa acum',
    stale: 'Ceea ce se schimbă nu mai e cum era când s-a propus. Retrage-o și propune din nou.',
  },
  en: {
    title: (id: string) => `Proposal ${id}`,
    act: 'Proposal',
    subject: 'About',
    state: 'State',
    by: 'Proposed by',
    until: 'Expires',
    decided: 'Decided by',
    reason: 'Reason',
    no_reason: 'none',
    what: 'What would change',
    approve: 'Approve and carry out',
    refuse: 'Refuse',
    withdraw: 'Withdraw the proposal',
    own: 'This is your own proposal: someone else has to approve it.',
    not_yours: 'Your role cannot approve proposals of this kind.',
    obstacle: 'It cannot be carried out now',
    stale: 'What it would change has changed since it was proposed. Withdraw it and propose again.',
  },
}

export function ApprovalPage() {
  const t = useTexts(TEXTS)
  const { approval_id = '' } = useParams()
  const found = useQuery({
    queryKey: ['approvals', approval_id],
    queryFn: () => get<ApprovalDetail>(`/approvals/${encodeURIComponent(approval_id)}`),
  })
  return (
    <Page title={t.title(approval_id)}>
      <Problem error={found.error} />
      {found.isPending && <Skeleton h={240} />}
      {found.data !== undefined && <Proposal approval={found.data} />}
    </Page>
  )
}

function Proposal({ approval }: { readonly approval: ApprovalDetail }) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const { act, subject, state, proposed_by, proposed_at, expires_at, decided_by, decided_at, reason } = approval
  const path = subjectPath(subject)
  return (
    <Stack gap="md">
      <Facts
        facts={[
          { name: t.act, value: <span title={act}>{actName(act, language)}</span> },
          {
            name: t.subject,
            value:
              path === undefined ? (
                `${subjectName(subject.kind, language)} ${subject.id}`
              ) : (
                <Anchor component={Link} to={path} size="sm" underline="always">
                  {subject.kind === 'key'
                    ? valueName('kind', subject.id, language)
                    : `${subjectName(subject.kind, language)} ${subject.id}`}
                </Anchor>
              ),
          },
          { name: t.state, value: <ApprovalState state={state} /> },
          {
            name: t.by,
            value: (
              <>
                {proposed_by}, <Moment at={proposed_at} />
              </>
            ),
          },
          decided_by === null
            ? { name: t.until, value: <Moment at={expires_at} /> }
            : {
                name: t.decided,
                value: (
                  <>
                    {decided_by}, <Moment at={decided_at} />
                  </>
                ),
              },
          { name: t.reason, value: reason ?? t.no_reason },
        ]}
      />
      <Paper withBorder p="md">
        <Title order={2} size="h4" mb="sm">
          {t.what}
        </Title>
        <ProposedContent approval={approval} />
      </Paper>
      {state === 'proposed' && <Decision approval={approval} />}
    </Stack>
  )
}

function Decision({ approval }: { readonly approval: ApprovalDetail }) {
  const t = useTexts(TEXTS)
  const queries = useQueryClient()
  const { approval_id, is_own, may_decide, obstacle } = approval
  const refusal = useRefusal()
  const decision = useMutation({
    mutationFn: (word: 'approval' | 'refusal' | 'withdrawal') => post(`/approvals/${approval_id}/${word}`),
    // What was approved has changed something else, too.
    onSettled: () => queries.invalidateQueries(),
  })
  return (
    <Stack gap="sm">
      {obstacle !== null && (
        <Alert color="orange" variant="light" title={t.obstacle}>
          {obstacle.code === 'APPROVAL_STALE' ? t.stale : refusal(obstacle)}
        </Alert>
      )}
      <Problem error={decision.error} />
      {is_own && <Text size="sm">{t.own}</Text>}
      {!is_own && !may_decide && <Text size="sm">{t.not_yours}</Text>}
      <Group>
        {may_decide && (
          <Button
            onClick={() => decision.mutate('approval')}
            loading={decision.isPending && decision.variables === 'approval'}
            disabled={obstacle !== null}
          >
            {t.approve}
          </Button>
        )}
        {may_decide && (
          <Button variant="default" onClick={() => decision.mutate('refusal')} disabled={decision.isPending}>
            {t.refuse}
          </Button>
        )}
        {is_own && (
          <Button variant="default" onClick={() => decision.mutate('withdrawal')} loading={decision.isPending}>
            {t.withdraw}
          </Button>
        )}
      </Group>
    </Stack>
  )
}
