/** Passwords of the card API: two at a time, so that one can be changed without a pause. */
import { Button, Group, Stack, Table, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { del, get, post } from '../../../shared/api.ts'
import { CopyId } from '../../../shared/copy-id.tsx'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { StatusBadge } from '../../../shared/status-badge.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { useMayChange } from '../company/company.ts'
import { Confirm } from '../confirm.tsx'
import { ShownOnce } from '../shown-once.tsx'

type Merchant = {
  readonly merchant_id: string
  readonly user_name: string
  readonly password_1: boolean
  readonly password_2: boolean
}

const TEXTS = {
  ro: {
    title: 'Parole pentru API-ul de card',
    none: 'Compania ta nu încasează cu cardul prin acest serviciu.',
    user: 'Utilizatorul apelurilor',
    newest: 'Parola cea nouă',
    former: 'Parola anterioară',
    set: 'în folosință',
    unset: 'nu există',
    add: 'Fă o parolă nouă',
    add_text:
      'Parola anterioară rămâne bună, una și mai veche se încheie. Când serverul tău o folosește pe cea nouă, încheie-o pe cea anterioară.',
    drop: 'Încheie',
    drop_text: 'Apelurile cu această parolă vor fi refuzate imediat.',
    drop_1: 'Încheie: parola anterioară',
    drop_2: 'Încheie: parola cea nouă',
    shown: 'Parola nouă',
    note: 'Parola anterioară rămâne bună până o închei.',
  },
  en: {
    title: 'Passwords of the card API',
    none: 'Your company takes no cards through this service.',
    user: 'User of the calls',
    newest: 'The newest password',
    former: 'The previous one',
    set: 'in use',
    unset: 'none',
    add: 'Make a new password',
    add_text:
      'The previous one stays valid, an older one ends. When your server uses the new one, end the previous one.',
    drop: 'End it',
    drop_text: 'Calls with this password are refused at once.',
    drop_1: 'End it: the former password',
    drop_2: 'End it: the newest password',
    shown: 'The new password',
    note: 'The previous one stays valid until you end it.',
  },
}

export function MerchantPage() {
  const t = useTexts(TEXTS)
  const may_add = useMayChange()
  const may_drop = useMayChange('ended')
  const queries = useQueryClient()
  const found = useQuery({
    queryKey: ['merchant'],
    queryFn: async () => (await get<Merchant | undefined>('/merchant')) ?? null,
  })
  const [asked, setAsked] = useState<'add' | '1' | '2'>()
  const [password, setPassword] = useState<string>()
  const done = () => {
    setAsked(undefined)
    return queries.invalidateQueries({ queryKey: ['merchant'] })
  }
  const add = useMutation({
    mutationFn: () => post<{ password: string }>('/merchant/passwords'),
    onSuccess(answer) {
      setPassword(answer.password)
      return done()
    },
  })
  const drop = useMutation({ mutationFn: (slot: string) => del(`/merchant/passwords/${slot}`), onSuccess: done })
  const merchant = found.data
  return (
    <Page title={t.title}>
      <Problem error={found.error} />
      {merchant === null && <Text>{t.none}</Text>}
      {merchant != null && (
        <Stack gap="md" align="flex-start">
          <Group gap="xs">
            <Text size="sm">{t.user}:</Text>
            <CopyId id={merchant.user_name} />
          </Group>
          <Table maw={520} withTableBorder>
            <Table.Tbody>
              <Slot
                name={t.newest}
                is_set={merchant.password_2}
                may={may_drop}
                label={t.drop_2}
                onDrop={() => setAsked('2')}
              />
              <Slot
                name={t.former}
                is_set={merchant.password_1}
                may={may_drop}
                label={t.drop_1}
                onDrop={() => setAsked('1')}
              />
            </Table.Tbody>
          </Table>
          {may_add && <Button onClick={() => setAsked('add')}>{t.add}</Button>}
        </Stack>
      )}
      <Confirm
        opened={asked !== undefined}
        title={asked === 'add' ? t.add : asked === '1' ? t.drop_1 : t.drop_2}
        text={asked === 'add' ? t.add_text : t.drop_text}
        yes={asked === 'add' ? t.add : t.drop}
        is_pending={add.isPending || drop.isPending}
        error={add.error ?? drop.error}
        onYes={() => (asked === 'add' ? add.mutate() : drop.mutate(asked ?? ''))}
        onClose={() => setAsked(undefined)}
      />
      <ShownOnce title={t.shown} secret={password} note={t.note} onClose={() => setPassword(undefined)} />
    </Page>
  )
}

type SlotProps = {
  readonly name: string
  readonly is_set: boolean
  readonly may: boolean
  readonly label: string
  readonly onDrop: () => void
}

function Slot({ name, is_set, may, label, onDrop }: SlotProps) {
  const t = useTexts(TEXTS)
  return (
    <Table.Tr>
      <Table.Th scope="row">{name}</Table.Th>
      <Table.Td>
        <StatusBadge tone={is_set ? 'good' : 'quiet'}>{is_set ? t.set : t.unset}</StatusBadge>
      </Table.Td>
      <Table.Td ta="right">
        {is_set && may && (
          <Button variant="default" size="compact-sm" onClick={onDrop} aria-label={label}>
            {t.drop}
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  )
}
