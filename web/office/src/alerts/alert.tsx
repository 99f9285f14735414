/** One alert: what happened, at which payment, what staff said of it; taking and closing it. */
import { Anchor, Button, Group, Paper, Skeleton, Stack, Text, Textarea, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import type { AlertView } from '../../../../src/http/office/partner-contract.ts'
import { get, post } from '../../../shared/api.ts'
import { useMay, useMe } from '../../../shared/me.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { useUnsaved } from '../../../shared/unsaved.tsx'
import { useIndicatorWords, useLevelText } from '../limits/use-words.ts'
import { Facts } from '../partners/facts.tsx'
import { AlertOutcome, AlertState } from './state.tsx'

const TEXTS = {
  ro: {
    title: (id: string) => `Alerta ${id}`,
    partner: 'Partenerul',
    limits: 'limitele lui',
    indicator: 'Indicatorul',
    outcome: 'Fel',
    state: 'Starea',
    measured: 'Măsurat',
    level: 'Limita de atunci',
    day: 'Ziua',
    payment: 'Prima plată',
    times: 'De câte ori',
    first: 'Prima dată',
    last: 'Ultima dată',
    taken_by: 'Luată de',
    closed_by: 'Închisă de',
    warned: 'Plățile au trecut mai departe: s-a depășit nivelul de avertizare.',
    blocked: 'Plățile peste această limită sunt blocate (BLOCKED); plătitorul nu află care limită a fost.',
    comments: 'Comentarii',
    none: 'Niciun comentariu.',
    take: 'Ia alerta',
    comment: 'Comentariu',
    add: 'Adaugă comentariul',
    close: 'Închide cu acest comentariu',
    needed: 'Scrie ce ai constatat.',
  },
  en: {
    title: (id: string) => `Alert ${id}`,
    partner: 'Partner',
    limits: 'limits',
    indicator: 'Indicator',
    outcome: 'Kind',
    state: 'State',
    measured: 'Measured',
    level: 'Limit at the time',
    day: 'Day',
    payment: 'First payment',
    times: 'How many times',
    first: 'First',
    last: 'Last',
    taken_by: 'Taken by',
    closed_by: 'Closed by',
    warned: 'The payments went through: only the warning level was exceeded.',
    blocked: 'Payments above this limit are blocked (BLOCKED); the payer is not told which limit it was.',
    comments: 'Comments',
    none: 'No comments yet.',
    take: 'Take this alert',
    comment: 'Comment',
    add: 'Add comment',
    close: 'Close with this comment',
    needed: 'Write what you found.',
  },
}

export function AlertPage() {
  const t = useTexts(TEXTS)
  const { alert_id = '' } = useParams()
  const found = useQuery({
    queryKey: ['alerts', 'one', alert_id],
    queryFn: () => get<AlertView>(`/alerts/${encodeURIComponent(alert_id)}`),
  })
  return (
    <Page title={t.title(alert_id)}>
      <Problem error={found.error} />
      {found.isPending && <Skeleton h={240} />}
      {found.data !== undefined && <Alerted view={found.data} />}
    </Page>
  )
}

function Alerted({ view }: { readonly view: AlertView }) {
  const t = useTexts(TEXTS)
  const levelText = useLevelText()
  const words = useIndicatorWords()
  const may_handle = useMay('alert.handle')
  const { alert, comments } = view
  const { indicator, client_id, payment_id, outcome } = alert
  const partner = `/partners/${encodeURIComponent(client_id)}`
  return (
    <Stack gap="md">
      <Text size="sm">{outcome === 'block' ? t.blocked : t.warned}</Text>
      <Facts
        facts={[
          {
            name: t.partner,
            value: (
              <>
                <Anchor component={Link} to={partner} size="sm" underline="always">
                  {client_id}
                </Anchor>
                {', '}
                <Anchor component={Link} to={`${partner}/limits`} size="sm" underline="always">
                  {t.limits}
                </Anchor>
              </>
            ),
          },
          { name: t.indicator, value: words[indicator]?.name ?? indicator },
          { name: t.outcome, value: <AlertOutcome outcome={outcome} /> },
          { name: t.measured, value: levelText(indicator, alert.measured) },
          { name: t.level, value: levelText(indicator, alert.level) },
          { name: t.times, value: alert.times },
          {
            name: t.payment,
            value: (
              <Anchor component={Link} to={`/payments/${payment_id}`} size="sm" underline="always">
                {payment_id}
              </Anchor>
            ),
          },
          { name: t.first, value: <Moment at={alert.raised_at} /> },
          { name: t.last, value: <Moment at={alert.last_at} /> },
          { name: t.state, value: <AlertState state={alert.state} /> },
          { name: t.taken_by, value: alert.taken_by ?? '–' },
          { name: t.closed_by, value: alert.closed_by ?? '–' },
        ]}
      />
      <Paper withBorder p="md" component="section" aria-label={t.comments}>
        <Stack gap="sm">
          <Title order={2} size="h5">
            {t.comments}
          </Title>
          {comments.length === 0 && (
            <Text size="sm" c="gray.7">
              {t.none}
            </Text>
          )}
          {comments.map(({ by, at, text }) => (
            <div key={`${by} ${at}`}>
              <Text size="xs" c="gray.7">
                {by}, <Moment at={at} />
              </Text>
              <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
                {text}
              </Text>
            </div>
          ))}
          {may_handle && <Handling alert={alert} />}
        </Stack>
      </Paper>
    </Stack>
  )
}

function Handling({ alert }: { readonly alert: AlertView['alert'] }) {
  const t = useTexts(TEXTS)
  const me = useMe()
  const queries = useQueryClient()
  const [text, setText] = useState('')
  useUnsaved(text.trim() !== '')
  const [is_missing, setIsMissing] = useState(false)
  const act = useMutation({
    mutationFn: (what: 'taking' | 'comments' | 'closing') =>
      post(`/alerts/${alert.alert_id}/${what}`, what === 'taking' ? {} : { text }),
    onSuccess: (_answer, what) => {
      if (what !== 'taking') setText('')
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['alerts'] }),
  })
  const say = (what: 'comments' | 'closing') => {
    setIsMissing(text.trim() === '')
    if (text.trim() !== '') act.mutate(what)
  }
  const is_closed = alert.state === 'closed'
  return (
    <Stack gap="sm">
      <Textarea
        label={t.comment}
        maxLength={2000}
        autosize
        minRows={2}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        error={is_missing && text.trim() === '' ? t.needed : undefined}
      />
      <Problem error={act.error} />
      <Group>
        {alert.state === 'open' && (
          <Button onClick={() => act.mutate('taking')} loading={act.isPending && act.variables === 'taking'}>
            {t.take}
          </Button>
        )}
        <Button variant="default" onClick={() => say('comments')} disabled={act.isPending}>
          {t.add}
        </Button>
        {!is_closed && (
          <Button
            variant={alert.taken_by === me.user_name ? 'filled' : 'default'}
            onClick={() => say('closing')}
            disabled={act.isPending}
          >
            {t.close}
          </Button>
        )}
      </Group>
    </Stack>
  )
}
