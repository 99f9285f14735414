/** Who can sign in for the partner. */
import { Button, Group, Menu, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { get, post } from '../../../shared/api.ts'
import { type Column, DataTable } from '../../../shared/data-table.tsx'
import { InviteDialog, type Invited, PARTNER_ROLE_WORDS } from '../../../shared/invite-dialog.tsx'
import { useMe } from '../../../shared/me.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { StatusBadge, type Tone } from '../../../shared/status-badge.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { useMayChange } from '../company/company.ts'
import { Confirm } from '../confirm.tsx'
import { USER_TEXTS, type User } from './model.ts'

type Act = 'invite' | 'suspend' | 'resume' | 'unlock' | 'reset-totp' | 'sign-out' | 'partner_admin' | 'partner_reader'

/** They take away and give nothing: of a suspended partner, too. */
const STOPPING: readonly Act[] = ['suspend', 'sign-out']

export function UsersPage() {
  const t = useTexts(USER_TEXTS)
  const roles = useTexts(PARTNER_ROLE_WORDS)
  const queries = useQueryClient()
  const found = useQuery({ queryKey: ['users'], queryFn: () => get<{ users: readonly User[] }>('/users') })
  const [asked, setAsked] = useState<{ readonly act: Act; readonly user: User }>()
  const may_invite = useMayChange()
  const [is_inviting, setInviting] = useState(false)
  const [invited, setInvited] = useState<Invited>()
  const act = useMutation({
    mutationFn: ({ act: name, user }: NonNullable<typeof asked>) => {
      const path = `/users/${encodeURIComponent(user.user_name)}`
      return name === 'partner_admin' || name === 'partner_reader'
        ? post<undefined>(`${path}/role`, { role: name })
        : post<Invited | undefined>(`${path}/${name}`)
    },
    onSuccess(answer) {
      setAsked(undefined)
      setInvited(answer)
      return queries.invalidateQueries({ queryKey: ['users'] })
    },
  })
  const columns: readonly Column<User>[] = [
    {
      key: 'user',
      title: t.user_name,
      cell: ({ user_name }) => (
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {user_name}
        </Text>
      ),
    },
    { key: 'name', title: t.name, cell: ({ name }) => name },
    { key: 'email', title: t.email, cell: ({ email }) => email },
    { key: 'role', title: t.role, cell: ({ role }) => roles[role] },
    { key: 'state', title: t.state, cell: (user) => <State user={user} /> },
    {
      key: 'action',
      title: t.action,
      cell: (user) => <Actions user={user} onAct={(name) => setAsked({ act: name, user })} />,
    },
  ]
  return (
    <Page title={t.title} actions={may_invite && <Button onClick={() => setInviting(true)}>{t.invite}</Button>}>
      <Problem error={found.error} />
      {invited !== undefined && (
        <Text size="sm" role="status">
          {invited.is_mail_sent ? t.sent(invited.user_name) : t.not_sent(invited.user_name)}
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
        path="/users"
        first_role="partner_reader"
        opened={is_inviting}
        onClose={() => setInviting(false)}
        onInvited={(answer) => {
          setInviting(false)
          setInvited(answer)
          void queries.invalidateQueries({ queryKey: ['users'] })
        }}
      />
      <Confirm
        opened={asked !== undefined}
        title={asked === undefined ? '' : t.acts[asked.act]}
        text={asked === undefined ? '' : `${asked.user.name} (${asked.user.user_name}). ${t.what[asked.act]}`}
        yes={asked === undefined ? '' : t.acts[asked.act]}
        is_pending={act.isPending}
        error={act.error}
        onYes={() => asked !== undefined && act.mutate(asked)}
        onClose={() => {
          act.reset()
          setAsked(undefined)
        }}
      />
    </Page>
  )
}

function State({ user }: { readonly user: User }) {
  const t = useTexts(USER_TEXTS)
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

function Actions({ user, onAct }: { readonly user: User; readonly onAct: (act: Act) => void }) {
  const t = useTexts(USER_TEXTS)
  const me = useMe()
  const may_change = useMayChange()
  const may_stop = useMayChange('ended')
  if (user.user_name === me.user_name) return t.you
  const acts: Act[] = [
    'invite',
    user.role === 'partner_admin' ? 'partner_reader' : 'partner_admin',
    ...(user.locked_at === null ? [] : (['unlock'] as const)),
    ...(user.has_second_factor ? (['reset-totp', 'sign-out'] as const) : []),
    user.status === 'active' ? 'suspend' : 'resume',
  ]
  const open = acts.filter((act) => (STOPPING.includes(act) ? may_stop : may_change))
  if (open.length === 0) return '–'
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" size="compact-sm" aria-label={t.actions_of(user.user_name)}>
          {t.actions}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {open.map((name) => (
          <Menu.Item key={name} onClick={() => onAct(name)}>
            {t.acts[name]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
