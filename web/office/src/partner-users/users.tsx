/** People of one partner, who sign in at the portal: invited here for the first time, mended from outside. */
import { Anchor, Button, Group, Menu, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { get, post } from '../../../shared/api.ts'
import { type Column, DataTable } from '../../../shared/data-table.tsx'
import { InviteDialog, type Invited, PARTNER_ROLE_WORDS, type PartnerRole } from '../../../shared/invite-dialog.tsx'
import { useMay } from '../../../shared/me.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { StatusBadge, type Tone } from '../../../shared/status-badge.tsx'
import { useTexts } from '../../../shared/texts.tsx'

type User = {
  readonly user_name: string
  readonly name: string
  readonly email: string
  readonly role: PartnerRole
  readonly status: 'active' | 'suspended'
  readonly locked_at: string | null
  readonly has_second_factor: boolean
  readonly is_invited: boolean
  readonly invitation_expires_at: string | null
}
type Act = 'invite' | 'suspend' | 'resume' | 'unlock' | 'reset-totp' | 'sign-out'

const TEXTS = {
  ro: {
    title: 'Utilizatorii partenerului',
    back: 'Înapoi la partener',
    user_name: 'Utilizator',
    name: 'Nume',
    email: 'E-mail',
    role: 'Rol',
    state: 'Stare',
    active: 'activ',
    suspended: 'oprit',
    locked: 'blocat',
    invited: 'invitat',
    link_until: 'linkul este bun până la',
    action: 'Acțiune',
    choose: 'Acțiuni',
    actions_of: (user: string) => `Acțiuni pentru ${user}`,
    empty: 'Nimeni încă. Invită prima persoană: ea îi poate invita pe ceilalți.',
    invite: 'Invită pe cineva',
    sent: (user: string) => `Invitația pentru ${user} a fost trimisă pe e-mail; linkul este bun trei zile.`,
    not_sent: (user: string) => `Mesajul pentru ${user} nu a putut fi trimis. Încearcă din nou mai târziu.`,
    done: 'S-a făcut.',
    acts: {
      invite: 'Trimite un link nou',
      suspend: 'Oprește',
      resume: 'Repornește',
      unlock: 'Deblochează',
      'reset-totp': 'Șterge al doilea factor',
      'sign-out': 'Închide sesiunile',
    },
  },
  en: {
    title: 'Partner’s users',
    back: 'Back to the partner',
    user_name: 'User name',
    name: 'Name',
    email: 'E-mail',
    role: 'Role',
    state: 'State',
    active: 'active',
    suspended: 'suspended',
    locked: 'locked',
    invited: 'invited',
    link_until: 'link valid until',
    action: 'Action',
    choose: 'Actions',
    actions_of: (user: string) => `Actions for ${user}`,
    empty: 'Nobody yet. Invite the first user, who can invite the others.',
    invite: 'Invite a user',
    sent: (user: string) => `The invitation for ${user} has been e-mailed; its link is valid for three days.`,
    not_sent: (user: string) => `The e-mail to ${user} could not be sent. Try again later.`,
    done: 'Done.',
    acts: {
      invite: 'Send a new link',
      suspend: 'Suspend',
      resume: 'Reactivate',
      unlock: 'Unlock',
      'reset-totp': 'Remove the second factor',
      'sign-out': 'End sessions',
    },
  },
}

export function PartnerUsersPage() {
  const t = useTexts(TEXTS)
  const { client_id = '' } = useParams()
  const base = `/partners/${encodeURIComponent(client_id)}/users`
  const roles = useTexts(PARTNER_ROLE_WORDS)
  const may = useMay('partner-user.manage')
  const queries = useQueryClient()
  const queryKey = ['partner-users', client_id]
  const found = useQuery({ queryKey, queryFn: () => get<{ users: readonly User[] }>(base) })
  const [is_inviting, setInviting] = useState(false)
  const [told, setTold] = useState<string>()
  const tellInvited = (answer: Invited) =>
    setTold(answer.is_mail_sent ? t.sent(answer.user_name) : t.not_sent(answer.user_name))
  const act = useMutation({
    mutationFn: ({ name, user_name }: { readonly name: Act; readonly user_name: string }) =>
      post<Invited | undefined>(`${base}/${encodeURIComponent(user_name)}/${name}`),
    onSuccess(answer) {
      if (answer === undefined) setTold(t.done)
      else tellInvited(answer)
      return queries.invalidateQueries({ queryKey })
    },
  })
  const columns: readonly Column<User>[] = [
    { key: 'user', title: t.user_name, cell: ({ user_name }) => <Text size="sm">{user_name}</Text> },
    { key: 'name', title: t.name, cell: ({ name }) => name },
    { key: 'email', title: t.email, cell: ({ email }) => email },
    { key: 'role', title: t.role, cell: ({ role }) => roles[role] },
    { key: 'state', title: t.state, cell: (user) => <State user={user} /> },
    ...(may
      ? [
          {
            key: 'action',
            title: t.action,
            cell: (user: User) => (
              <Actions user={user} onAct={(name) => act.mutate({ name, user_name: user.user_name })} />
            ),
          },
        ]
      : []),
  ]
  return (
    <Page
      title={`${t.title}: ${client_id}`}
      actions={may && <Button onClick={() => setInviting(true)}>{t.invite}</Button>}
    >
      <Anchor component={Link} to={`/partners/${encodeURIComponent(client_id)}`} size="sm">
        {t.back}
      </Anchor>
      <Problem error={found.error ?? act.error} />
      {told !== undefined && (
        <Text size="sm" role="status">
          {told}
        </Text>
      )}
      {found.error === null && (
        <DataTable
          caption={t.title}
          columns={columns}
          rows={found.data?.users}
          rowKey={({ user_name }) => user_name}
          empty={t.empty}
        />
      )}
      <InviteDialog
        path={base}
        first_role="partner_admin"
        opened={is_inviting}
        onClose={() => setInviting(false)}
        onInvited={(answer) => {
          setInviting(false)
          tellInvited(answer)
          void queries.invalidateQueries({ queryKey })
        }}
      />
    </Page>
  )
}

function State({ user }: { readonly user: User }) {
  const t = useTexts(TEXTS)
  const [tone, word]: [Tone, string] =
    user.status === 'suspended'
      ? ['bad', t.suspended]
      : user.locked_at !== null
        ? ['bad', t.locked]
        : user.is_invited
          ? ['open', t.invited]
          : ['good', t.active]
  return (
    <Group gap="xs">
      <StatusBadge tone={tone}>{word}</StatusBadge>
      {user.invitation_expires_at !== null && (
        <Text size="xs" c="gray.7">
          {t.link_until} <Moment at={user.invitation_expires_at} />
        </Text>
      )}
    </Group>
  )
}

function Actions({ user, onAct }: { readonly user: User; readonly onAct: (name: Act) => void }) {
  const t = useTexts(TEXTS)
  const acts: Act[] = [
    'invite',
    ...(user.locked_at === null ? [] : (['unlock'] as const)),
    ...(user.has_second_factor ? (['reset-totp', 'sign-out'] as const) : []),
    user.status === 'active' ? 'suspend' : 'resume',
  ]
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" size="compact-sm" aria-label={t.actions_of(user.user_name)}>
          {t.choose}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {acts.map((name) => (
          <Menu.Item key={name} onClick={() => onAct(name)}>
            {t.acts[name]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
