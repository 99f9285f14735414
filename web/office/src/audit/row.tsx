/** One act: who, when, from where, and what it changed. */
import { Anchor, Code, Stack, Table, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import { get, queryOf } from '../../../shared/api.ts'
import { CopyId } from '../../../shared/copy-id.tsx'
import { DataTable } from '../../../shared/data-table.tsx'
import { Moment } from '../../../shared/moment.tsx'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { StatusBadge } from '../../../shared/status-badge.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { actName, subjectName } from './act-words.ts'
import { type Difference, differences } from './compare.ts'
import { fieldName } from './field-words.ts'
import { ACTOR_KINDS, type AuditRow, WITHHELD } from './model.ts'
import { valueName } from './value-words.ts'

const TEXTS = {
  ro: {
    title: (n: string) => `Actul ${n}`,
    at: 'Când',
    actor: 'Cine',
    origin: 'De unde',
    act: 'Act',
    subject: 'Despre',
    outcome: 'Rezultat',
    done: 'făcut',
    refused: 'refuzat',
    hash: 'Amprenta',
    previous: 'Amprenta de dinainte',
    changes: 'Ce s-a schimbat',
    caption: 'Câmpurile, înainte și după',
    nothing: 'Actul nu spune nimic despre câmpuri.',
    field: 'Câmp',
    before: 'Înainte',
    after: 'După',
    changed: 'schimbat',
    difference: 'Schimbat',
    withheld: 'nu se arată',
    kinds: ACTOR_KINDS.ro,
    same_subject: 'Toate actele despre același subiect',
    list: 'Jurnalul',
    facts: 'Actul',
  },
  en: {
    title: (n: string) => `Act ${n}`,
    at: 'When',
    actor: 'Who',
    origin: 'Origin',
    act: 'Act',
    subject: 'Subject',
    outcome: 'Outcome',
    done: 'done',
    refused: 'refused',
    hash: 'Hash',
    previous: 'Previous hash',
    changes: 'What changed',
    caption: 'Fields, before and after',
    nothing: 'This act does not mention any fields.',
    field: 'Field',
    before: 'Before',
    after: 'After',
    changed: 'changed',
    difference: 'Changed',
    withheld: 'not shown',
    kinds: ACTOR_KINDS.en,
    same_subject: 'All acts on the same subject',
    list: 'Audit log',
    facts: 'The act',
  },
}

type Row = AuditRow & { readonly previous_hash: string; readonly hash: string }

export function AuditRowPage() {
  const t = useTexts(TEXTS)
  const { number = '' } = useParams()
  const found = useQuery({
    queryKey: ['audit-row', number],
    queryFn: () => get<Row>(`/audit/rows/${encodeURIComponent(number)}`),
  })
  return (
    <Page title={t.title(number)}>
      <Anchor component={Link} to="/audit">
        ← {t.list}
      </Anchor>
      <Problem error={found.error} />
      {found.data !== undefined && <Act row={found.data} />}
    </Page>
  )
}

function Act({ row }: { readonly row: Row }) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const changes = differences(row.before, row.after)
  const facts = [
    { name: t.at, value: <Moment at={row.at} /> },
    { name: t.actor, value: `${row.actor} (${t.kinds[row.actor_kind]})` },
    { name: t.origin, value: row.origin ?? '–' },
    {
      name: t.act,
      value: (
        <>
          {actName(row.act, language)} <Code>{row.act}</Code>
        </>
      ),
    },
    {
      name: t.subject,
      value: (
        <>
          {subjectName(row.subject_kind, language)} <CopyId id={`${row.subject_kind}:${row.subject_id}`} />
        </>
      ),
    },
    {
      name: t.outcome,
      value: <StatusBadge tone={row.outcome === 'done' ? 'good' : 'bad'}>{t[row.outcome]}</StatusBadge>,
    },
    { name: t.hash, value: <CopyId id={row.hash} /> },
    { name: t.previous, value: <CopyId id={row.previous_hash} /> },
  ]
  return (
    <Stack gap="md">
      <Table verticalSpacing={4} variant="vertical" aria-label={t.facts}>
        <Table.Tbody>
          {facts.map(({ name, value }) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" w={150}>
                {name}
              </Table.Th>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Anchor component={Link} to={`/audit${queryOf({ subject_kind: row.subject_kind, subject_id: row.subject_id })}`}>
        {t.same_subject}
      </Anchor>
      <Title order={2} size="h4">
        {t.changes}
      </Title>
      <DataTable
        caption={t.caption}
        rows={changes}
        rowKey={(one) => one.field}
        empty={t.nothing}
        columns={[
          {
            key: 'field',
            title: t.field,
            cell: ({ field }) => <span title={field}>{fieldName(field, language)}</span>,
          },
          {
            key: 'before',
            title: t.before,
            cell: (one) => <Value field={one.field} text={one.before} is_gone={one.is_changed} />,
          },
          {
            key: 'after',
            title: t.after,
            cell: (one) => <Value field={one.field} text={one.after} is_new={one.is_changed} />,
          },
          ...(changes.some((one) => one.is_changed)
            ? [
                {
                  key: 'changed',
                  title: t.difference,
                  cell: (one: Difference) =>
                    one.is_changed ? <StatusBadge tone="warn">{t.changed}</StatusBadge> : '–',
                },
              ]
            : []),
        ]}
      />
    </Stack>
  )
}

const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/

type ValueProps = {
  readonly field: string
  readonly text: string | undefined
  readonly is_gone?: boolean
  readonly is_new?: boolean
}

function Value({ field, text, is_gone, is_new }: ValueProps) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  if (text === undefined)
    return (
      <Text component="span" c="gray.7">
        –
      </Text>
    )
  if (text === WITHHELD)
    return (
      <Text component="span" size="sm" c="gray.7" fs="italic">
        {t.withheld}
      </Text>
    )
  const name = valueName(field, text, language)
  const shown = MOMENT.test(text) ? <Moment at={text} /> : (name ?? text)
  return (
    <Text
      component="span"
      size="sm"
      style={{ overflowWrap: 'anywhere' }}
      {...(name !== undefined && { title: text })}
      {...(is_new === true && { fw: 650 })}
    >
      {is_gone === true ? <del>{shown}</del> : shown}
    </Text>
  )
}
