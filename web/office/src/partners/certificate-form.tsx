/** A certificate from files or text: read by the server and shown, then proposed. Or a request, signed here first. */
import { Button, FileButton, Group, Paper, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { CertificateRead } from '../../../../src/http/office/partner-contract.ts'
import { post } from '../../../shared/api.ts'
import { Problem } from '../../../shared/problem.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { useUnsaved } from '../../../shared/unsaved.tsx'
import { ProposeDialog, type Proposed } from '../approvals/proposed.tsx'
import { CertificateFactsView } from './certificate-facts.tsx'
import { useFieldFault } from './field-faults.ts'

const MAX_FILE_BYTES = 120_000
const TEXTS = {
  ro: {
    certificate: 'Certificatul partenerului (PEM)',
    authority: 'Autoritatea emitentă și cele de deasupra ei (PEM)',
    list: 'Lista de revocare (PEM sau base64), dacă se folosește',
    list_url: 'Adresa listei de revocare',
    request: 'Sau o cerere de certificat (PKCS #10), semnată de autoritatea instalației',
    sign: 'Semnează cererea',
    file: 'Din fișier',
    too_large: 'Fișierul e prea mare pentru un certificat.',
    read: 'Citește',
    propose: 'Propune înregistrarea',
    cancel: 'Renunță',
    found: 'Ce s-ar înregistra',
    signed: 'Certificatul semnat stă mai sus: dă-l partenerului după aprobare.',
  },
  en: {
    certificate: "The partner's certificate (PEM)",
    authority: 'The issuing authority and all those above it (PEM)',
    list: 'Revocation list (PEM or base64), if used',
    list_url: 'Address of the revocation list',
    request: "Or a certificate request (PKCS #10), signed by the installation's authority",
    sign: 'Sign the request',
    file: 'From a file',
    too_large: 'The file is too large for a certificate.',
    read: 'Read',
    propose: 'Propose registration',
    cancel: 'Cancel',
    found: 'What would be registered',
    signed: 'The signed certificate is shown above: hand it to the partner once approved.',
  },
}

type Files = {
  readonly certificate_pem: string
  readonly authority_pem: string
  readonly revocation_list: string
  readonly revocation_list_url: string
}
const EMPTY: Files = { certificate_pem: '', authority_pem: '', revocation_list: '', revocation_list_url: '' }

type Props = {
  readonly client_id: string
  readonly can_sign_requests: boolean
  /** undefined: nothing is proposed. */
  onDone(proposed: Proposed | undefined): void
}

export function CertificateForm({ client_id, can_sign_requests, onDone }: Props) {
  const t = useTexts(TEXTS)
  const [files, setFiles] = useState(EMPTY)
  const [request_pem, setRequest] = useState('')
  useUnsaved([request_pem, ...Object.values(files)].some((text) => text.trim() !== ''))
  const [is_proposing, setIsProposing] = useState(false)
  const path = `/partners/${encodeURIComponent(client_id)}/certificates`
  const body = Object.fromEntries(Object.entries(files).filter(([, text]) => text.trim() !== ''))
  const reading = useMutation({ mutationFn: (asked: object) => post<CertificateRead>(`${path}/reading`, asked) })
  const signing = useMutation({
    mutationFn: () => post<Pick<Files, 'certificate_pem' | 'authority_pem'>>(`${path}/signing`, { request_pem }),
    onSuccess: (signed) => {
      setFiles({ ...EMPTY, ...signed })
      reading.mutate(signed)
    },
  })
  const set = (changes: Partial<Files>) => {
    setFiles((now) => ({ ...now, ...changes }))
    // What was read was of another text.
    reading.reset()
  }
  const faultOf = useFieldFault(reading.error)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    reading.mutate(body)
  }
  return (
    <Paper withBorder p="sm">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <PemField
            label={t.certificate}
            value={files.certificate_pem}
            error={faultOf('certificate')}
            onChange={(certificate_pem) => set({ certificate_pem })}
          />
          <PemField
            label={t.authority}
            value={files.authority_pem}
            error={faultOf('authority')}
            onChange={(authority_pem) => set({ authority_pem })}
          />
          <PemField
            label={t.list}
            value={files.revocation_list}
            error={faultOf('revocation_list')}
            onChange={(revocation_list) => set({ revocation_list })}
          />
          <TextInput
            label={t.list_url}
            maxLength={2048}
            value={files.revocation_list_url}
            onChange={(event) => set({ revocation_list_url: event.currentTarget.value })}
            error={faultOf('revocation_list_url')}
          />
          {can_sign_requests && (
            <Group align="flex-end">
              <div style={{ flex: '1 1 20rem' }}>
                <PemField label={t.request} value={request_pem} error={undefined} onChange={setRequest} />
              </div>
              <Button
                variant="default"
                disabled={request_pem.trim() === ''}
                loading={signing.isPending}
                onClick={() => signing.mutate()}
              >
                {t.sign}
              </Button>
            </Group>
          )}
          <Problem error={reading.error ?? signing.error} />
          <div aria-live="polite">
            {reading.data !== undefined && (
              <Stack gap="xs">
                <Text fw={600} size="sm">
                  {t.found}
                </Text>
                <CertificateFactsView read={reading.data} />
                {signing.data !== undefined && <Text size="sm">{t.signed}</Text>}
              </Stack>
            )}
          </div>
          <Group>
            {reading.data === undefined ? (
              <Button
                type="submit"
                loading={reading.isPending}
                disabled={files.certificate_pem.trim() === '' || files.authority_pem.trim() === ''}
              >
                {t.read}
              </Button>
            ) : (
              <Button onClick={() => setIsProposing(true)}>{t.propose}</Button>
            )}
            <Button variant="default" onClick={() => onDone(undefined)}>
              {t.cancel}
            </Button>
          </Group>
        </Stack>
      </form>
      <ProposeDialog
        title={t.propose}
        opened={is_proposing}
        path={path}
        body={body}
        onClose={() => setIsProposing(false)}
        onProposed={onDone}
      />
    </Paper>
  )
}

type PemProps = {
  readonly label: string
  readonly value: string
  readonly error: string | undefined
  onChange(text: string): void
}

function PemField({ label, value, error, onChange }: PemProps) {
  const t = useTexts(TEXTS)
  const [problem, setProblem] = useState<string>()
  const take = async (file: File | null) => {
    if (file === null) return
    const is_fine = file.size <= MAX_FILE_BYTES
    setProblem(is_fine ? undefined : t.too_large)
    if (is_fine) onChange(await textOf(file))
  }
  return (
    <Stack gap={4}>
      <Textarea
        label={label}
        autosize
        minRows={2}
        maxRows={6}
        spellCheck={false}
        styles={{ input: { fontFamily: 'monospace', fontSize: 12 } }}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        error={problem ?? error}
      />
      <FileButton
        onChange={take}
        accept=".pem,.crt,.cer,.csr,.crl"
        inputProps={{ 'aria-label': `${label}: ${t.file}` }}
      >
        {(props) => (
          <Button {...props} variant="subtle" size="compact-xs" w="fit-content">
            {t.file}
          </Button>
        )}
      </FileButton>
    </Stack>
  )
}

/** PEM as it is; DER in base64, as lists are published. */
async function textOf(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  const text = new TextDecoder().decode(bytes)
  if (text.includes('-----BEGIN')) return text
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}
