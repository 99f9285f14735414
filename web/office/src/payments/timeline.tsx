/** What happened, in order: who, what, how long after the thing before. Of payments and of orders alike. */
import { Checkbox, Code, List, Skeleton, Stack, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Explanation } from '../../../../src/http/office/search-contract.ts'
import { get } from '../../../shared/api.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { byInRomanian, inRomanian } from './told-ro.ts'

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
    by_name: byInRomanian,
    told: inRomanian,
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
    by_name: (by: string) => by,
    told: (what: string) => what,
  },
}

type Moment_ = Explanation['moments'][number]
type Props = { readonly path: string; readonly has_messages?: boolean }

export function Timeline({ path, has_messages = false }: Props) {
  const t = useTexts(TEXTS)
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
              <Table.Td data-title={t.by}>{t.by_name(moment.by)}</Table.Td>
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
            {open.map((line) => (
              <List.Item key={line}>{t.told(line)}</List.Item>
            ))}
          </List>
        </div>
      )}
    </Stack>
  )
}

function What({ moment }: { readonly moment: Moment_ }) {
  const t = useTexts(TEXTS)
  const { from, to, what, exchange } = moment
  return (
    <Stack gap={2} ta="start">
      <span>
        {to !== undefined && <strong>{from === undefined ? `${to} ` : `${from} → ${to} `}</strong>}
        {t.told(what)}
      </span>
      {exchange?.messages !== undefined && <Messages messages={exchange.messages} />}
    </Stack>
  )
}

type MessagesOf = NonNullable<NonNullable<Moment_['exchange']>['messages']>

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

function sinceText(before: Moment_ | undefined, moment: Moment_): string {
  if (before === undefined) return '0'
  return `+${(Math.max(0, Date.parse(moment.at) - Date.parse(before.at)) / 1000).toFixed(3)}`
}
