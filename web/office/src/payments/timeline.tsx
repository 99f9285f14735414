/** What happened, in order: who, what, how long after the thing before. Of payments and of orders alike. */
import { Checkbox, Code, List, Skeleton, Stack, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Explanation, TimelineMoment } from '../../../../src/http/office/timeline-contract.ts'
import { get } from '../../../shared/api.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { useTimelineWords } from './timeline-words.ts'

const TEXTS = {
  ro: {
    caption: 'Istoric, cele mai vechi întâi',
    at: 'Când',
    after: 'După',
    by: 'Cine',
    what: 'Ce',
    messages: 'Arată și mesajele cu banca (mascate)',
    open: 'În curs',
    asked: 'Am trimis',
    answered: 'Banca a răspuns',
    unreadable: 'Mesajul nu se mai poate deschide cu cheile acestei instalații.',
    cut: 'tăiat',
    seconds: (n: string) => `${n.replace('.', ',')} s`,
  },
  en: {
    caption: 'History, the oldest first',
    at: 'When',
    after: 'After',
    by: 'Who',
    what: 'What',
    messages: 'Show messages with the bank, too (masked)',
    open: 'Under way',
    asked: 'We sent',
    answered: 'The bank answered',
    unreadable: 'The message cannot be opened with the keys of this installation any more.',
    cut: 'cut',
    seconds: (n: string) => `${n} s`,
  },
}

type Props = { readonly path: string; readonly has_messages?: boolean }

export function Timeline({ path, has_messages = false }: Props) {
  const t = useTexts(TEXTS)
  const words = useTimelineWords()
  const [messages, setMessages] = useState(false)
  const told = useQuery({
    queryKey: ['timeline', path, messages],
    queryFn: () => get<Explanation>(`${path}${messages ? '?messages=yes' : ''}`),
  })
  if (told.isPending) return <Skeleton h={160} />
  if (told.data === undefined) return <Problem error={told.error} />
  const { moments, open } = told.data
  const rows = moments.map((moment, n) => ({ moment, before: moments[n - 1], key: `${n} ${moment.at}` }))
  return (
    <Stack gap="sm">
      {has_messages && (
        <Checkbox
          label={t.messages}
          checked={messages}
          onChange={(event) => setMessages(event.currentTarget.checked)}
          size="sm"
        />
      )}
      <Table className="punte-table" verticalSpacing={4}>
        <Table.Caption className="punte-hidden">{t.caption}</Table.Caption>
        <Table.Thead>
          <Table.Tr>
            {[t.at, t.after, t.by, t.what].map((title) => (
              <Table.Th key={title} scope="col">
                {title}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ moment, before, key }) => (
            <Table.Tr key={key}>
              <Table.Td data-title={t.at} className="punte-number">
                <Moment at={moment.at} />
              </Table.Td>
              <Table.Td data-title={t.after} className="punte-number">
                {t.seconds(sinceText(before, moment))}
              </Table.Td>
              <Table.Td data-title={t.by}>{words.by(moment)}</Table.Td>
              <Table.Td data-title={t.what} style={{ overflowWrap: 'anywhere' }}>
                <What moment={moment} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {open.length > 0 && (
        <div>
          <Text size="sm" fw={600}>
            {t.open}
          </Text>
          <List size="sm">
            {open.map((one) => (
              <List.Item key={`${one.code} ${JSON.stringify(one.facts)}`}>{words.open(one)}</List.Item>
            ))}
          </List>
        </div>
      )}
    </Stack>
  )
}

function What({ moment }: { readonly moment: TimelineMoment }) {
  const words = useTimelineWords()
  const { from, to, code, facts } = moment
  const status = to === undefined ? undefined : words.status(to)
  return (
    <Stack gap={2} ta="start">
      <span>
        {to !== undefined && (
          <>
            <strong>{from === undefined ? to : `${from} → ${to}`}</strong>
            {`${status === undefined ? '' : ` (${status})`} – `}
          </>
        )}
        {words.what(moment)}
      </span>
      {code === 'exchange' && facts.messages !== undefined && <Messages messages={facts.messages} />}
    </Stack>
  )
}

type MessagesOf = NonNullable<Extract<TimelineMoment, { readonly code: 'exchange' }>['facts']['messages']>

function Messages({ messages }: { readonly messages: MessagesOf }) {
  const t = useTexts(TEXTS)
  if (messages === 'unreadable') return <Text size="xs">{t.unreadable}</Text>
  const sides = [
    [t.asked, messages.request],
    [t.answered, messages.answer],
  ] as const
  return sides.map(([title, side]) =>
    side === undefined ? null : (
      <div key={title}>
        <Text size="xs" fw={600}>
          {title}
          {side.cut === true && ` (${t.cut})`}
        </Text>
        <Code block fz="xs" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {[...side.headers.map(([name, value]) => `${name}: ${value}`), '', side.body ?? ''].join('\n').trim()}
        </Code>
      </div>
    ),
  )
}

function sinceText(before: TimelineMoment | undefined, moment: TimelineMoment): string {
  if (before === undefined) return '0'
  return `+${(Math.max(0, Date.parse(moment.at) - Date.parse(before.at)) / 1000).toFixed(3)}`
}
