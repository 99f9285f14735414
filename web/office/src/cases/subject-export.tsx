/** What is held of one natural person, as a file for who asks it of himself. */
import { Alert, Button, Group, NativeSelect, Paper, Stack, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { post } from '../../../shared/api.ts'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { useTexts } from '../../../shared/texts.tsx'

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
    found: (cases: number, payments: number, agreements: number) =>
      `Dosare: ${cases}, plăți: ${payments}, acorduri: ${agreements}.`,
    cut: 'Sunt mai multe decât intră într-un fișier (1 000 din fiecare).',
    download: 'Descarcă fișierul',
    name: 'date-persoana.json',
  },
  en: {
    title: 'Data of a person',
    about:
      'For a person who asks what is known of them: looks through cases, payments and agreements and makes a JSON file. First check who asks. The search is recorded.',
    by: 'Look up by',
    cnp: 'CNP',
    email: 'E-mail',
    iban: 'IBAN',
    value: 'Value',
    make: 'Make the file',
    found: (cases: number, payments: number, agreements: number) =>
      `Cases: ${cases}, payments: ${payments}, agreements: ${agreements}.`,
    cut: 'There are more than a file holds (1 000 of each).',
    download: 'Download the file',
    name: 'person-data.json',
  },
}

type By = 'cnp' | 'email' | 'iban'
type Found = {
  readonly cases: readonly unknown[]
  readonly payments: readonly unknown[]
  readonly agreements: readonly unknown[]
  readonly is_cut: boolean
}

export function SubjectExportPage() {
  const t = useTexts(TEXTS)
  const [by, setBy] = useState<By>('cnp')
  const [value, setValue] = useState('')
  const look = useMutation({ mutationFn: () => post<Found>('/subject-exports', { [by]: value.trim() }) })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    look.mutate()
  }
  const download = (found: Found) => {
    const url = URL.createObjectURL(new Blob([JSON.stringify(found, null, 2)], { type: 'application/json' }))
    const link = document.createElement('a')
    link.href = url
    link.download = t.name
    link.click()
    URL.revokeObjectURL(url)
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
              {t.found(look.data.cases.length, look.data.payments.length, look.data.agreements.length)}
              {look.data.is_cut && ` ${t.cut}`}
            </Text>
            <Button variant="default" onClick={() => download(look.data)}>
              {t.download}
            </Button>
          </Stack>
        </Alert>
      )}
    </Page>
  )
}
