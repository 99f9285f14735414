/** What is registered of the partner, to be read; and telling that something has changed. */
import { Button, ColorSwatch, Group, List, Select, Stack, Table, Text, Textarea, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { get, post } from '../../../shared/api.ts'
import { CopyId } from '../../../shared/copy-id.tsx'
import { DataTable } from '../../../shared/data-table.tsx'
import { Moment } from '../../../shared/moment.tsx'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { StatusBadge } from '../../../shared/status-badge.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { useMayChange } from '../company/company.ts'

type Profile = {
  readonly client_id: string
  readonly name: string
  readonly type: string
  readonly status: 'active' | 'suspended'
  readonly redirect_urls: readonly string[]
  readonly logo: string | null
  readonly colour: string
  readonly webhook_url: string | null
  readonly require_signed_requests: boolean
  readonly may_headless: boolean
  readonly may_flexible_url: boolean
  readonly requests_per_minute: number
}

const KINDS = {
  ro: {
    address: 'sediul sau adresa',
    representative: 'reprezentantul',
    owners: 'beneficiarii reali',
    contacts: 'datele de contact',
    activity: 'activitatea sau indicatorii',
    other: 'altceva',
  } as Record<string, string>,
  en: {
    address: 'the seat or address',
    representative: 'the representative',
    owners: 'the beneficial owners',
    contacts: 'contacts',
    activity: 'the activity or its indicators',
    other: 'something else',
  } as Record<string, string>,
}

const TEXTS = {
  ro: {
    title: 'Profil',
    name: 'Nume',
    id: 'clientId',
    type: 'Tip',
    types: { Ecommerce: 'magazin online (Ecommerce)', Finance: 'facturi (Finance)' } as Readonly<
      Record<string, string>
    >,
    status: 'Stare',
    active: 'activ',
    suspended: 'oprit',
    redirect: 'Adrese de întoarcere',
    webhook: 'Adresa notificărilor',
    logo: 'Siglă',
    colour: 'Culoare',
    signed: 'Cereri semnate',
    headless: 'Pagină proprie (headless)',
    flexible: 'Adrese de întoarcere la alegere',
    rate: 'Cereri pe minut',
    yes: 'da',
    no: 'nu',
  },
  en: {
    title: 'Profile',
    name: 'Name',
    id: 'clientId',
    type: 'Type',
    types: { Ecommerce: 'online shop (Ecommerce)', Finance: 'invoices (Finance)' } as Readonly<Record<string, string>>,
    status: 'Status',
    active: 'active',
    suspended: 'stopped',
    redirect: 'Return addresses',
    webhook: 'Address of webhooks',
    logo: 'Logo',
    colour: 'Colour',
    signed: 'Signed requests',
    headless: 'Own page (headless)',
    flexible: 'Return addresses of your choice',
    rate: 'Requests per minute',
    yes: 'yes',
    no: 'no',
  },
}

export function ProfilePage() {
  const t = useTexts(TEXTS)
  const found = useQuery({ queryKey: ['profile'], queryFn: () => get<Profile>('/profile') })
  const profile = found.data
  const { language } = useLanguage()
  const yes = (is: boolean) => (is ? t.yes : t.no)
  const facts: readonly (readonly [string, ReactNode])[] =
    profile === undefined
      ? []
      : [
          [t.name, profile.name],
          [t.id, <CopyId key="id" id={profile.client_id} />],
          [t.type, t.types[profile.type] ?? profile.type],
          [
            t.status,
            <StatusBadge key="status" tone={profile.status === 'active' ? 'good' : 'bad'}>
              {profile.status === 'active' ? t.active : t.suspended}
            </StatusBadge>,
          ],
          [
            t.redirect,
            <List key="redirect" size="sm">
              {profile.redirect_urls.map((url) => (
                <List.Item key={url}>{url}</List.Item>
              ))}
            </List>,
          ],
          [t.webhook, profile.webhook_url ?? '–'],
          [t.logo, profile.logo === null ? '–' : <img key="logo" src={profile.logo} alt="" height={32} />],
          [t.colour, <Colour key="colour" colour={profile.colour} />],
          [t.signed, yes(profile.require_signed_requests)],
          [t.headless, yes(profile.may_headless)],
          [t.flexible, yes(profile.may_flexible_url)],
          [t.rate, new Intl.NumberFormat(language === 'ro' ? 'ro-RO' : 'en-GB').format(profile.requests_per_minute)],
        ]
  return (
    <Page title={t.title}>
      <Problem error={found.error} />
      {profile !== undefined && (
        <Table variant="vertical" layout="fixed" withTableBorder maw={720}>
          <Table.Tbody>
            {facts.map(([name, value]) => (
              <Table.Tr key={name}>
                <Table.Th scope="row" w="38%">
                  {name}
                </Table.Th>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <Notices />
    </Page>
  )
}

const Colour = ({ colour }: { readonly colour: string }) => (
  <Group gap="xs">
    <ColorSwatch color={colour} size={18} withShadow />
    {colour}
  </Group>
)

type Notice = {
  readonly notice_no: number
  readonly kind: string
  readonly text: string
  readonly told_by: string
  readonly told_at: string
  readonly done_at: string | null
}

const NOTICE_TEXTS = {
  ro: {
    title: 'S-a schimbat ceva?',
    text: 'Datele companiei le schimbă operatorul, după ce le verifică. Spune-i ce s-a schimbat și de când.',
    kind: 'S-a schimbat',
    what: 'Ce anume',
    send: 'Trimite',
    sent: 'Am trimis mai departe ce ai scris.',
    told: 'Ce ai spus până acum',
    at: 'Când',
    by: 'Cine',
    state: 'Stare',
    open: 'așteaptă',
    done: 'preluat',
    empty: 'Încă nimic.',
  },
  en: {
    title: 'Has something changed?',
    text: 'The operator changes your company’s details, after checking them. Say what has changed and since when.',
    kind: 'What has changed',
    what: 'Details',
    send: 'Send',
    sent: 'What you wrote has been passed on.',
    told: 'Told so far',
    at: 'When',
    by: 'By',
    state: 'State',
    open: 'waiting',
    done: 'taken over',
    empty: 'Nothing yet.',
  },
}

function Notices() {
  const t = useTexts(NOTICE_TEXTS)
  const kinds = useTexts(KINDS)
  const may = useMayChange('suspended')
  const found = useQuery({
    queryKey: ['notices'],
    queryFn: () => get<{ notices: readonly Notice[] }>('/notices'),
  })
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        {t.title}
      </Title>
      <Text size="sm">{t.text}</Text>
      {may && <NewNotice />}
      <Title order={3} size="h5">
        {t.told}
      </Title>
      <Problem error={found.error} />
      <DataTable
        caption={t.told}
        rows={found.data?.notices}
        rowKey={({ notice_no }) => String(notice_no)}
        empty={t.empty}
        columns={[
          { key: 'at', title: t.at, cell: ({ told_at }) => <Moment at={told_at} /> },
          { key: 'by', title: t.by, cell: ({ told_by }) => told_by },
          { key: 'kind', title: t.kind, cell: ({ kind }) => kinds[kind] ?? kind },
          {
            key: 'what',
            title: t.what,
            cell: ({ text }) => (
              <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
                {text}
              </Text>
            ),
          },
          {
            key: 'state',
            title: t.state,
            cell: ({ done_at }) => (
              <StatusBadge tone={done_at === null ? 'open' : 'good'}>{done_at === null ? t.open : t.done}</StatusBadge>
            ),
          },
        ]}
      />
    </Stack>
  )
}

const MAX_TEXT = 4_000

function NewNotice() {
  const t = useTexts(NOTICE_TEXTS)
  const kinds = useTexts(KINDS)
  const queries = useQueryClient()
  const [kind, setKind] = useState('address')
  const [text, setText] = useState('')
  const send = useMutation({
    mutationFn: () => post('/notices', { kind, text }),
    onSuccess() {
      setText('')
      return queries.invalidateQueries({ queryKey: ['notices'] })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    send.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="sm" maw={520} align="flex-start">
        <Problem error={send.error} />
        {send.isSuccess && text === '' && (
          <Text size="sm" role="status">
            {t.sent}
          </Text>
        )}
        <Select
          label={t.kind}
          value={kind}
          onChange={(value) => setKind(value ?? 'other')}
          data={Object.entries(kinds).map(([value, label]) => ({ value, label }))}
          allowDeselect={false}
          w="100%"
        />
        <Textarea
          label={t.what}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          maxLength={MAX_TEXT}
          autosize
          minRows={3}
          required
          w="100%"
        />
        <Button type="submit" loading={send.isPending}>
          {t.send}
        </Button>
      </Stack>
    </form>
  )
}
