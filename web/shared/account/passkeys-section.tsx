import { Button, Group, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { del } from '../api.ts'
import { type Column, DataTable } from '../data-table.tsx'
import { Moment } from '../moment.tsx'
import { Problem } from '../problem.tsx'
import { makePasskey } from '../sign-in/passkey.ts'
import { useTexts } from '../texts.tsx'
import { ACCOUNT_KEY, type Account, type Passkey } from './account.ts'
import { Section } from './section.tsx'
import { WithPassword } from './with-password.tsx'

const TEXTS = {
  ro: {
    title: 'Chei de acces',
    what: 'O cheie de acces (passkey) stă în telefonul, calculatorul sau cheia ta de securitate și te lasă să intri cu amprenta, fața sau PIN-ul, fără parolă și fără cod.',
    impossible:
      'La această adresă nu se pot folosi: browserele le leagă de un nume de gazdă cu TLS, iar adresa este una de rețea sau fără TLS.',
    unsupported: 'Acest browser nu cunoaște chei de acces.',
    none: 'Nu ai nicio cheie de acces.',
    name: 'Nume',
    added: 'Adăugată',
    used: 'Folosită ultima oară',
    never: 'niciodată',
    synced: 'sincronizată',
    acts: 'Acțiuni',
    remove: 'Șterge',
    remove_one: (name: string) => `Șterge cheia de acces ${name}`,
    add: 'Adaugă o cheie de acces',
    add_text: 'Scrie întâi parola; apoi browserul îți cere amprenta, fața sau PIN-ul.',
    label: 'Cum o numești',
    example: 'de exemplu: laptopul de la birou',
    go: 'Adaugă',
  },
  en: {
    title: 'Passkeys',
    what: 'A passkey lives on your phone, computer or security key and lets you sign in with your fingerprint, face or PIN, without a password or code.',
    impossible:
      'They cannot be used at this address: browsers tie them to a host name with TLS, and this is a bare network address or has no TLS.',
    unsupported: 'This browser does not support passkeys.',
    none: 'You have no passkeys.',
    name: 'Name',
    added: 'Added',
    used: 'Last used',
    never: 'never',
    synced: 'synchronised',
    acts: 'Actions',
    remove: 'Remove',
    remove_one: (name: string) => `Remove the passkey ${name}`,
    add: 'Add a passkey',
    add_text: 'Type your password first; then the browser asks for your fingerprint, face or PIN.',
    label: 'Name for it',
    example: 'for example: office laptop',
    go: 'Add',
  },
}

export function PasskeysSection({ account }: { readonly account: Account }) {
  const t = useTexts(TEXTS)
  const queries = useQueryClient()
  const [is_adding, setIsAdding] = useState(false)
  const reload = () => void queries.invalidateQueries({ queryKey: ACCOUNT_KEY })
  const remove = useMutation({
    mutationFn: (passkey_id: string) => del(`/me/passkeys/${passkey_id}`),
    onSuccess: reload,
  })
  const columns: readonly Column<Passkey>[] = [
    { key: 'name', title: t.name, cell: ({ name, is_backed_up }) => `${name}${is_backed_up ? ` (${t.synced})` : ''}` },
    { key: 'created_at', title: t.added, cell: ({ created_at }) => <Moment at={created_at} only="date" /> },
    {
      key: 'used_at',
      title: t.used,
      cell: ({ used_at }) => (used_at === null ? t.never : <Moment at={used_at} />),
    },
    {
      key: 'acts',
      title: t.acts,
      align: 'right',
      cell: ({ passkey_id, name }) => (
        <Button
          size="compact-sm"
          variant="default"
          aria-label={t.remove_one(name)}
          onClick={() => remove.mutate(passkey_id)}
          loading={remove.isPending && remove.variables === passkey_id}
        >
          {t.remove}
        </Button>
      ),
    },
  ]
  const is_supported = typeof window.PublicKeyCredential === 'function'
  const may_add = account.passkeys_possible && is_supported
  return (
    <Section title={t.title}>
      <Text size="sm">{t.what}</Text>
      {!account.passkeys_possible && <Text size="sm">{t.impossible}</Text>}
      {account.passkeys_possible && !is_supported && <Text size="sm">{t.unsupported}</Text>}
      <Problem error={remove.error} />
      {(may_add || account.passkeys.length > 0) && (
        <DataTable
          caption={t.title}
          columns={columns}
          rows={account.passkeys}
          rowKey={({ passkey_id }) => passkey_id}
          empty={t.none}
        />
      )}
      {may_add && (
        <Group>
          <Button variant="default" onClick={() => setIsAdding(true)}>
            {t.add}
          </Button>
        </Group>
      )}
      {is_adding && (
        <AddPasskey
          onDone={() => {
            setIsAdding(false)
            reload()
          }}
          onClose={() => setIsAdding(false)}
        />
      )}
    </Section>
  )
}

function AddPasskey({ onDone, onClose }: { readonly onDone: () => void; readonly onClose: () => void }) {
  const t = useTexts(TEXTS)
  const [name, setName] = useState('')
  return (
    <WithPassword
      title={t.add}
      text={t.add_text}
      go={t.go}
      act={(current) => makePasskey({ current, name })}
      onDone={onDone}
      onClose={onClose}
    >
      <TextInput
        label={t.label}
        description={t.example}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={60}
        required
      />
    </WithPassword>
  )
}
