/** One of the staff: how they stand, their sessions, and what an administrator can do. */
import { Group, Skeleton, Stack, Table, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useParams } from 'react-router'
import { get } from '../../../shared/api.ts'
import { useMay, useMe } from '../../../shared/me.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { StatusBadge } from '../../../shared/status-badge.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { StaffActs } from './acts.tsx'
import { StaffSessions } from './sessions.tsx'
import { ROLE_NAMES, STAFF_KEY, STANDINGS, type StaffView, standingOf, TONES } from './staff.ts'

const TEXTS = {
  ro: {
    name: 'Nume',
    email: 'E-mail',
    role: 'Rol',
    standing: 'Stare',
    added: 'Adăugat',
    password: 'Parola din',
    temporary: 'de unică folosință',
    locked: 'Blocat la',
    factor: 'Al doilea factor',
    app: (codes: number) => `aplicație de autentificare, coduri de recuperare rămase: ${codes}`,
    none: 'niciunul încă',
    passkeys: 'Chei de acces',
    acts: 'Ce poți face',
    own: 'Este contul tău. Rolul, suspendarea și resetările ți le face alt administrator; restul e la „Contul meu”.',
  },
  en: {
    name: 'Name',
    email: 'E-mail address',
    role: 'Role',
    standing: 'State',
    added: 'Added',
    password: 'Password set',
    temporary: 'one-time',
    locked: 'Locked since',
    factor: 'Second factor',
    app: (codes: number) => `authenticator app, recovery codes left: ${codes}`,
    none: 'none yet',
    passkeys: 'Passkeys',
    acts: 'Actions',
    own: 'This is your own account. Another administrator can change its role, suspend or reset it; the rest is under “My account”.',
  },
}

export function StaffMemberPage() {
  const t = useTexts(TEXTS)
  const { user_name = '' } = useParams()
  const staff = useQuery({
    queryKey: [...STAFF_KEY, user_name],
    queryFn: () => get<StaffView>(`/staff/${encodeURIComponent(user_name)}`),
  })
  return (
    <Page title={user_name}>
      {staff.data === undefined ? (
        staff.isPending ? (
          <Skeleton h={240} />
        ) : (
          <Problem error={staff.error} />
        )
      ) : (
        <Stack gap="xl">
          <Facts staff={staff.data} />
          <Acts title={t.acts} own={t.own} staff={staff.data} />
          <StaffSessions staff={staff.data} />
        </Stack>
      )}
    </Page>
  )
}

function Acts({ title, own, staff }: { readonly title: string; readonly own: string; readonly staff: StaffView }) {
  const may_change = useMay('staff.change')
  const { user_name } = useMe()
  if (!may_change) return null
  return (
    <Stack gap="sm" component="section" aria-label={title}>
      <Title order={2} size="h4">
        {title}
      </Title>
      {staff.user_name === user_name ? <Text size="sm">{own}</Text> : <StaffActs staff={staff} />}
    </Stack>
  )
}

function Facts({ staff }: { readonly staff: StaffView }) {
  const t = useTexts(TEXTS)
  const roles = useTexts(ROLE_NAMES)
  const standings = useTexts(STANDINGS)
  const standing = standingOf(staff)
  const facts: readonly (readonly [string, ReactNode])[] = [
    [t.name, staff.name],
    [t.email, staff.email],
    [t.role, roles[staff.role]],
    [
      t.standing,
      <StatusBadge key="standing" tone={TONES[standing]}>
        {standings[standing]}
      </StatusBadge>,
    ],
    ...(staff.locked_at === null ? [] : ([[t.locked, <Moment key="locked" at={staff.locked_at} />]] as const)),
    [t.added, <Moment key="added" at={staff.created_at} />],
    [
      t.password,
      <Group key="password" gap={6}>
        <Moment at={staff.password_at} only="date" />
        {staff.password_is_temporary && `(${t.temporary})`}
      </Group>,
    ],
    [t.factor, staff.has_second_factor ? t.app(staff.recovery_codes_left) : t.none],
    [t.passkeys, staff.passkeys.length],
  ]
  return (
    <Table variant="vertical" maw={640} layout="fixed">
      <Table.Tbody>
        {facts.map(([label, value]) => (
          <Table.Tr key={label}>
            <Table.Th w={160} scope="row">
              {label}
            </Table.Th>
            <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}
