import { Button, Group, Modal, NativeSelect, Stack, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { post } from '../../../shared/api.ts'
import { Problem } from '../../../shared/problem.tsx'
import { type Texts, useTexts } from '../../../shared/texts.tsx'
import { OneTimePassword } from './one-time-password.tsx'
import { ROLE_NAMES, ROLES, type Role, STAFF_KEY, type StaffView } from './staff.ts'

type Act = 'suspend' | 'resume' | 'unlock' | 'reset-password' | 'reset-second-factor' | 'sign-out'

type Words = {
  readonly role: string
  readonly save_role: string
  readonly cancel: string
  readonly names: Readonly<Record<Act, string>>
  /** What follows of it, where others will notice. */
  readonly warnings: Readonly<Partial<Record<Act, string>>>
}

const TEXTS: Texts<Words> = {
  ro: {
    role: 'Rol',
    save_role: 'Schimbă rolul',
    cancel: 'Renunță',
    names: {
      suspend: 'Suspendă',
      resume: 'Reactivează',
      unlock: 'Deblochează',
      'reset-password': 'Resetează parola',
      'reset-second-factor': 'Resetează al doilea factor',
      'sign-out': 'Încheie toate sesiunile',
    },
    warnings: {
      suspend: 'Nu va mai putea intra, iar sesiunile deschise se încheie acum.',
      'reset-password':
        'Primești o parolă de unică folosință pe care i-o transmiți. Parola de acum nu mai e bună, iar sesiunile deschise se încheie.',
      'reset-second-factor':
        'Pentru un telefon pierdut: aplicația de autentificare, codurile de recuperare și cheile de acces nu mai sunt bune, iar sesiunile se încheie. La următoarea intrare își leagă altă aplicație. Convinge-te întâi că îți cere chiar persoana aceasta.',
      'sign-out': 'Ce nu a salvat se pierde; poate intra din nou.',
    },
  },
  en: {
    role: 'Role',
    save_role: 'Change role',
    cancel: 'Cancel',
    names: {
      suspend: 'Suspend',
      resume: 'Resume',
      unlock: 'Unlock',
      'reset-password': 'Reset password',
      'reset-second-factor': 'Reset second factor',
      'sign-out': 'End all sessions',
    },
    warnings: {
      suspend: 'They can no longer sign in, and open sessions end now.',
      'reset-password': 'You get a one-time password to pass on. The current one stops working and open sessions end.',
      'reset-second-factor':
        'For a lost phone: the authenticator app, recovery codes and passkeys stop working, and sessions end. At the next sign-in a new app is connected. First make sure it is really this person who is asking.',
      'sign-out': 'Anything they have not saved is lost; they can sign in again.',
    },
  },
}

export function StaffActs({ staff }: { readonly staff: StaffView }) {
  const t = useTexts(TEXTS)
  const queries = useQueryClient()
  const [asked, setAsked] = useState<Act>()
  const act = useMutation({
    mutationFn: (name: Act) =>
      post<{ readonly temporary_password?: string } | undefined>(`/staff/${staff.user_name}/${name}`),
    onSuccess: () => {
      setAsked(undefined)
      void queries.invalidateQueries({ queryKey: STAFF_KEY })
    },
  })
  const offered: readonly Act[] = [
    ...(staff.locked_at === null ? [] : (['unlock'] as const)),
    staff.status === 'active' ? 'suspend' : 'resume',
    'reset-password',
    'reset-second-factor',
    'sign-out',
  ]
  const start = (name: Act) => {
    act.reset()
    if (t.warnings[name] === undefined) act.mutate(name)
    else setAsked(name)
  }
  const password = act.data?.temporary_password
  return (
    <Stack gap="sm">
      {asked === undefined && <Problem error={act.error} />}
      {password !== undefined && (
        <OneTimePassword user_name={staff.user_name} password={password} onDone={() => act.reset()} />
      )}
      <Group gap="xs">
        {offered.map((name) => (
          <Button key={name} variant="default" onClick={() => start(name)}>
            {t.names[name]}
          </Button>
        ))}
      </Group>
      <RoleForm staff={staff} words={t} />
      {asked !== undefined && (
        <Modal
          opened
          onClose={() => setAsked(undefined)}
          title={`${t.names[asked]}: ${staff.user_name}`}
          closeButtonProps={{ 'aria-label': t.cancel }}
        >
          <Stack gap="md">
            <Problem error={act.error} />
            <Text size="sm">{t.warnings[asked]}</Text>
            <Group justify="flex-end">
              <Button variant="default" onClick={() => setAsked(undefined)}>
                {t.cancel}
              </Button>
              <Button onClick={() => act.mutate(asked)} loading={act.isPending}>
                {t.names[asked]}
              </Button>
            </Group>
          </Stack>
        </Modal>
      )}
    </Stack>
  )
}

function RoleForm({ staff, words }: { readonly staff: StaffView; readonly words: Words }) {
  const roles = useTexts(ROLE_NAMES)
  const queries = useQueryClient()
  const [role, setRole] = useState<Role>(staff.role)
  const save = useMutation({
    mutationFn: () => post(`/staff/${staff.user_name}/role`, { role }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: STAFF_KEY }),
  })
  return (
    <Stack gap="xs">
      <Problem error={save.error} />
      <Group align="flex-end" gap="xs">
        <NativeSelect
          label={words.role}
          value={role}
          onChange={(event) => setRole(event.currentTarget.value as Role)}
          data={ROLES.map((value) => ({ value, label: roles[value] }))}
        />
        <Button variant="default" disabled={role === staff.role} onClick={() => save.mutate()} loading={save.isPending}>
          {words.save_role}
        </Button>
      </Group>
    </Stack>
  )
}
