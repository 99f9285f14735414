/** Who may sign in to the back office; administrators add people here. */
import { Anchor, Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { get } from '../../../shared/api.ts'
import { type Column, DataTable } from '../../../shared/data-table.tsx'
import { useMay } from '../../../shared/me.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { StatusBadge } from '../../../shared/status-badge.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { AddStaff } from './add.tsx'
import { ROLE_NAMES, STAFF_KEY, STANDINGS, type StaffLine, standingOf, TONES } from './staff.ts'

const TEXTS = {
  ro: {
    title: 'Personal',
    add: 'Adaugă o persoană',
    user: 'Utilizator',
    name: 'Nume',
    role: 'Rol',
    standing: 'Stare',
    factor: 'Al doilea factor',
    yes: 'da',
    no: 'nu',
    password: 'Parola din',
    empty: 'Nimeni.',
  },
  en: {
    title: 'Staff',
    add: 'Add a person',
    user: 'User name',
    name: 'Name',
    role: 'Role',
    standing: 'State',
    factor: 'Second factor',
    yes: 'yes',
    no: 'no',
    password: 'Password set',
    empty: 'Nobody.',
  },
}

export function StaffPage() {
  const t = useTexts(TEXTS)
  const roles = useTexts(ROLE_NAMES)
  const standings = useTexts(STANDINGS)
  const may_change = useMay('staff.change')
  const [is_adding, setIsAdding] = useState(false)
  const staff = useQuery({
    queryKey: STAFF_KEY,
    queryFn: () => get<{ readonly staff: readonly StaffLine[] }>('/staff'),
  })
  const columns: readonly Column<StaffLine>[] = [
    {
      key: 'user_name',
      title: t.user,
      cell: ({ user_name }) => (
        <Anchor component={Link} to={`/staff/${user_name}`} size="sm">
          {user_name}
        </Anchor>
      ),
    },
    { key: 'name', title: t.name, cell: ({ name }) => name },
    { key: 'role', title: t.role, cell: ({ role }) => roles[role] },
    {
      key: 'standing',
      title: t.standing,
      cell: (line) => <StatusBadge tone={TONES[standingOf(line)]}>{standings[standingOf(line)]}</StatusBadge>,
    },
    { key: 'factor', title: t.factor, cell: ({ has_second_factor }) => (has_second_factor ? t.yes : t.no) },
    { key: 'password', title: t.password, cell: ({ password_at }) => <Moment at={password_at} only="date" /> },
  ]
  return (
    <Page title={t.title} actions={may_change ? <Button onClick={() => setIsAdding(true)}>{t.add}</Button> : undefined}>
      <Problem error={staff.error} />
      {staff.error === null && (
        <DataTable
          caption={t.title}
          columns={columns}
          rows={staff.data?.staff}
          rowKey={({ user_name }) => user_name}
          empty={t.empty}
        />
      )}
      {is_adding && <AddStaff onClose={() => setIsAdding(false)} />}
    </Page>
  )
}
