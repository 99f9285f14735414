/** What is held of one natural person, as a file for who asks it of himself. */
import { Alert, Button, Group, NativeSelect, Paper, Stack, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { post } from '../../../shared/api.ts'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { saveJson } from './save-json.ts'

const TEXTS = {
  ro: {
    title: 'Datele unei persoane',
    about:
      'Pentru o persoană care cere ce se știe despre ea: caută în dosare, plăți și acorduri și face un fișier JSON. Verifică întâi cine cere. Căutarea rămâne în jurnal.',
    by: 'Caută după',
    cnp: 'CNP',
    email: 'E-mail',
    iban: 'IBAN',
    value: 'Valoarea',
    make: 'Fă fișierul',
    found: ({ cases, payments, agreements, accounts }: Found) =>
      `Dosare: ${cases.length}, plăți: ${payments.length}, acorduri: ${agreements.length}, conturi: ${accounts.length}.`,
    nothing: 'Despre această persoană nu se păstrează nimic.',
    cut: 'Sunt mai multe decât intră într-un fișier (1 000 din fiecare).',
    download: 'Descarcă fișierul',
    name: 'date-persoana.json',
  },
  en: {
    title: 'A person’s data',
    about:
      'For people who ask what is held about them: searches cases, payments and agreements and produces a JSON file. First check the identity of the person asking. The search is recorded.',
    by: 'Look up by',
    cnp: 'CNP',
    email: 'E-mail',
    iban: 'IBAN',
    value: 'Value',
    make: 'Create the file',
    found: ({ cases, payments, agreements, accounts }: Found) =>
      `Cases: ${cases.length}, payments: ${payments.length}, agreements: ${agreements.length}, accounts: ${accounts.length}.`,
    nothing: 'Nothing is held about this person.',
    cut: 'There is more than one file can hold (1,000 of each).',
    download: 'Download the file',
    name: 'person-data.json',
  },
}

type By = 'cnp' | 'email' | 'iban'
type Found = {
  readonly cases: readonly unknown[]
  readonly payments: readonly unknown[]
  readonly agreements: readonly unknown[]
  /** With which they sign in here. */
  readonly accounts: readonly unknown[]
  readonly is_cut: boolean
}

const isEmpty = ({ cases, payments, agreements, accounts }: Found): boolean =>
  [cases, payments, agreements, accounts].every((list) => list.length === 0)

export function SubjectExportPage() {
  const t = useTexts(TEXTS)
  const [by, setBy] = useState<By>('cnp')
  const [value, setValue] = useState('')
  const look = useMutation({ mutationFn: () => post<Found>('/subject-exports', { [by]: value.trim() }) })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    look.mutate()
  }
  return (
    <Page title={t.title}>
      <Text size="sm" maw={720}>
        {t.about}
      </Text>
      <Paper withBorder p="md" maw={560}>
        <form onSubmit={submit}>
          <Stack gap="sm">
            <Problem error={look.error} />
            <NativeSelect
              label={t.by}
              value={by}
              onChange={(event) => {
                setBy(event.currentTarget.value as By)
                look.reset()
              }}
              data={(['cnp', 'email', 'iban'] as const).map((one) => ({ value: one, label: t[one] }))}
            />
            <TextInput
              label={t.value}
              required
              maxLength={254}
              autoComplete="off"
              value={value}
              onChange={(event) => setValue(event.currentTarget.value)}
            />
            <Group justify="flex-end">
              <Button type="submit" loading={look.isPending}>
                {t.make}
              </Button>
            </Group>
          </Stack>
        </form>
      </Paper>
      {look.data !== undefined && (
        <Alert color="green" variant="light" role="status" maw={560}>
          <Stack gap="xs" align="flex-start">
            <Text size="sm">
              {isEmpty(look.data) ? t.nothing : t.found(look.data)}
              {look.data.is_cut && ` ${t.cut}`}
            </Text>
            <Button variant="default" onClick={() => saveJson(t.name, look.data)}>
              {t.download}
            </Button>
          </Stack>
        </Alert>
      )}
    </Page>
  )
}
