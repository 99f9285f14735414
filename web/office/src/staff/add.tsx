import { Button, Group, Modal, NativeSelect, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { post } from '../../../shared/api.ts'
import { Problem } from '../../../shared/problem.tsx'
import { Form, isOfField } from '../../../shared/sign-in/form.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { useUnsaved } from '../../../shared/unsaved.tsx'
import { OneTimePassword } from './one-time-password.tsx'
import { ROLE_NAMES, ROLES, type Role, STAFF_KEY } from './staff.ts'

const TEXTS = {
  ro: {
    title: 'Adaugă o persoană',
    close: 'Închide',
    user: 'Utilizator',
    user_rule: 'De la 3 la 32 de litere mici, cifre, puncte sau liniuțe; întâi o literă.',
    name: 'Nume și prenume',
    email: 'E-mail',
    role: 'Rol',
    go: 'Adaugă',
    cancel: 'Renunță',
    faults: {
      user_name: 'Utilizatorul este luat, sau nu are forma cerută.',
      name: 'Scrie numele, pe un rând, cel mult 70 de semne.',
      email: 'Nu este o adresă de e-mail.',
    },
  },
  en: {
    title: 'Add a person',
    close: 'Close',
    user: 'User name',
    user_rule: '3 to 32 lower-case letters, digits, dots or dashes; starting with a letter.',
    name: 'Full name',
    email: 'E-mail address',
    role: 'Role',
    go: 'Add',
    cancel: 'Cancel',
    faults: {
      user_name: 'The user name is taken or has the wrong form.',
      name: 'Type the name on one line, at most 70 characters.',
      email: 'This is not an e-mail address.',
    },
  },
}

type Field = keyof (typeof TEXTS)['ro']['faults']
const FIELDS: readonly Field[] = ['user_name', 'name', 'email']

export function AddStaff({ onClose }: { readonly onClose: () => void }) {
  const t = useTexts(TEXTS)
  const roles = useTexts(ROLE_NAMES)
  const queries = useQueryClient()
  const [values, setValues] = useState<Record<Field, string>>({ user_name: '', name: '', email: '' })
  const [role, setRole] = useState<Role>('support')
  const send = useMutation({
    mutationFn: () => post<{ readonly temporary_password: string }>('/staff', { ...values, role }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: STAFF_KEY }),
  })
  const is_of_field = FIELDS.some((field) => isOfField(send.error, field))
  // The password that is shown once is lost with the dialog, too.
  useUnsaved(send.data !== undefined || FIELDS.some((field) => values[field].trim() !== ''))
  const labels = { user_name: t.user, name: t.name, email: t.email }
  return (
    // What is shown once must not go with a stray press beside it.
    <Modal
      opened
      onClose={onClose}
      title={t.title}
      closeOnClickOutside={send.data === undefined}
      closeButtonProps={{ 'aria-label': t.close }}
    >
      {send.data !== undefined ? (
        <OneTimePassword user_name={values.user_name} password={send.data.temporary_password} onDone={onClose} />
      ) : (
        <Form onSubmit={() => send.mutate()}>
          {!is_of_field && <Problem error={send.error} />}
          {FIELDS.map((field) => (
            <TextInput
              key={field}
              label={labels[field]}
              {...(field === 'user_name' && { description: t.user_rule })}
              type={field === 'email' ? 'email' : 'text'}
              value={values[field]}
              onChange={(event) => setValues({ ...values, [field]: event.currentTarget.value })}
              error={isOfField(send.error, field) ? t.faults[field] : undefined}
              autoComplete="off"
              spellCheck={false}
              required
            />
          ))}
          <NativeSelect
            label={t.role}
            value={role}
            onChange={(event) => setRole(event.currentTarget.value as Role)}
            data={ROLES.map((value) => ({ value, label: roles[value] }))}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t.cancel}
            </Button>
            <Button type="submit" loading={send.isPending}>
              {t.go}
            </Button>
          </Group>
        </Form>
      )}
    </Modal>
  )
}
