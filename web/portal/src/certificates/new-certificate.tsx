/** A certificate to be registered: read by the server first, shown, then asked for. */
import { Button, FileInput, Group, Stack, Table, Text, Textarea, Title } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiError, post } from '../../../shared/api.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import type { Facts } from './model.ts'

const TEXTS = {
  ro: {
    title: 'Cere înregistrarea unui certificat',
    text: 'Certificatul (PEM, fără cheia privată) și autoritățile care l-au emis, de la emitent în sus.',
    certificate: 'Certificatul',
    authority: 'Autoritățile',
    file: 'Alege un fișier PEM',
    file_of: (label: string) => `${label}, din fișier`,
    read: 'Arată ce conține',
    subject: 'Subiect',
    issuer: 'Emitent',
    valid: 'Valabil',
    chain: 'Emis de',
    key: 'Cheie',
    ask: 'Cere înregistrarea',
    asked: 'Cererea așteaptă aprobarea operatorului.',
    private_key: 'Fișierul conține o cheie privată. Nu o trimite nimănui: șterge-o din text.',
  },
  en: {
    title: 'Ask for a certificate to be registered',
    text: 'The certificate (PEM, without its private key) and the authorities that issued it, from the issuer up.',
    certificate: 'The certificate',
    authority: 'The authorities',
    file: 'Choose a PEM file',
    file_of: (label: string) => `${label}, from a file`,
    read: 'Show what it says',
    subject: 'Subject',
    issuer: 'Issuer',
    valid: 'Valid',
    chain: 'Issued by',
    key: 'Key',
    ask: 'Ask for its registration',
    asked: 'The request waits for the operator to approve.',
    private_key: 'The file holds a private key. Send it to nobody: take it out of the text.',
  },
}

type Read = Facts & { readonly chain: readonly Facts[]; readonly key: string }
const MAX_PEM = 60_000

export function NewCertificate() {
  const t = useTexts(TEXTS)
  const queries = useQueryClient()
  const [certificate_pem, setCertificate] = useState('')
  const [authority_pem, setAuthority] = useState('')
  const read = useMutation({ mutationFn: () => post<Read>('/certificates/read', { certificate_pem, authority_pem }) })
  const ask = useMutation({
    mutationFn: () => post('/certificates/changes', { kind: 'add', certificate_pem, authority_pem }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['certificates'] }),
  })
  const changed = (set: (text: string) => void) => (text: string) => {
    set(text)
    read.reset()
    ask.reset()
  }
  const has_private_key = /PRIVATE KEY/.test(certificate_pem + authority_pem)
  const error = read.error ?? ask.error
  const of = (field: string) => (error instanceof ApiError && error.field === field ? error.message : undefined)
  const is_elsewhere = error !== null && of('certificate') === undefined && of('authority') === undefined
  return (
    <Stack gap="sm" maw={720}>
      <Title order={2} size="h4">
        {t.title}
      </Title>
      <Text size="sm">{t.text}</Text>
      {is_elsewhere && <Problem error={error} />}
      <Pem
        label={t.certificate}
        value={certificate_pem}
        onChange={changed(setCertificate)}
        error={has_private_key ? t.private_key : of('certificate')}
      />
      <Pem label={t.authority} value={authority_pem} onChange={changed(setAuthority)} error={of('authority')} />
      {read.data !== undefined && <Shown read={read.data} />}
      {ask.isSuccess ? (
        <Text size="sm" role="status">
          {t.asked}
        </Text>
      ) : (
        <Group>
          <Button
            variant={read.data === undefined ? 'filled' : 'default'}
            onClick={() => read.mutate()}
            loading={read.isPending}
            disabled={has_private_key || certificate_pem === '' || authority_pem === ''}
          >
            {t.read}
          </Button>
          {read.data !== undefined && (
            <Button onClick={() => ask.mutate()} loading={ask.isPending}>
              {t.ask}
            </Button>
          )}
        </Group>
      )}
    </Stack>
  )
}

type PemProps = {
  readonly label: string
  readonly value: string
  readonly onChange: (text: string) => void
  readonly error: string | undefined
}

function Pem({ label, value, onChange, error }: PemProps) {
  const t = useTexts(TEXTS)
  const take = async (file: File | null) => {
    if (file !== null && file.size <= MAX_PEM) onChange(await file.text())
  }
  return (
    <Group align="flex-end" gap="sm" wrap="wrap">
      <Textarea
        label={label}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        error={error}
        maxLength={MAX_PEM}
        autosize
        minRows={3}
        maxRows={8}
        spellCheck={false}
        styles={{ input: { fontFamily: 'monospace', fontSize: 12 } }}
        style={{ flex: '1 1 320px' }}
      />
      <FileInput
        label={t.file_of(label)}
        placeholder={t.file}
        accept=".pem,.crt,.cer,.txt"
        onChange={(file) => void take(file)}
        w={220}
      />
    </Group>
  )
}

function Shown({ read }: { readonly read: Read }) {
  const t = useTexts(TEXTS)
  const facts = [
    [t.subject, read.subject],
    [t.issuer, read.issuer],
    [
      t.valid,
      <span key="valid">
        <Moment at={read.valid_from} only="date" /> – <Moment at={read.valid_to} only="date" />
      </span>,
    ],
    [t.key, read.key],
    ...read.chain.map((one) => [t.chain, one.subject] as const),
  ] as const
  return (
    <Table variant="vertical" layout="fixed" withTableBorder>
      <Table.Tbody>
        {facts.map(([name, value], at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the rows of one certificate stay in their order
          <Table.Tr key={at}>
            <Table.Th scope="row" w={160}>
              {name}
            </Table.Th>
            <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}
