/** Papers of a case: putting them in, and the list of what is there. */
import { Alert, Group, List, NativeSelect, Stack, Text } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { ApiError, post, queryOf } from '../api.ts'
import { DataTable } from '../data-table.tsx'
import { manyOf } from '../many.ts'
import { Moment } from '../moment.tsx'
import { useLanguage, useTexts } from '../texts.tsx'
import { FileDrop } from './file-drop.tsx'
import type { CaseDocument, DocumentKind } from './model.ts'
import { useWho } from './who.ts'
import { DOCUMENT_WORDS } from './words.ts'

const MAX_BYTES = 10 * 1024 * 1024
const UPLOAD_TIMEOUT_MS = 120_000

const TEXTS = {
  ro: {
    kind: 'Felul documentului',
    replaces: 'Înlocuiește',
    nothing: 'nimic, este nou',
    drop: 'Trage fișierele aici',
    hint: 'PDF, JPEG sau PNG, cel mult 10 MB fiecare',
    choose: 'Alege fișiere',
    large: 'are peste 10 MB.',
    empty_file: 'este gol.',
    refused: 'nu este primit: trebuie să fie chiar un PDF, JPEG sau PNG întreg, fără parolă și fără conținut activ.',
    gone: 'nu a putut fi trimis; încearcă din nou.',
    problems: 'Nu toate fișierele au fost primite',
    name: 'Document',
    size: 'Mărime',
    added: 'Adăugat',
    by: 'De',
    none: 'Niciun document încă.',
    caption: 'Documentele dosarului',
    superseded: 'înlocuit',
    actions: 'Acțiuni',
    done: (count: number) =>
      count === 1 ? 'Un document a fost primit.' : `${manyOf(count, 'documente')} au fost primite.`,
  },
  en: {
    kind: 'Kind of document',
    replaces: 'Takes the place of',
    nothing: 'nothing, it is new',
    drop: 'Drop the files here',
    hint: 'PDF, JPEG or PNG, at most 10 MB each',
    choose: 'Choose files',
    large: 'is over 10 MB.',
    empty_file: 'is empty.',
    refused: 'is not taken: it must really be a whole PDF, JPEG or PNG, without a password and without active content.',
    gone: 'could not be sent; try again.',
    problems: 'Not all files were taken',
    name: 'Document',
    size: 'Size',
    added: 'Added',
    by: 'By',
    none: 'No document yet.',
    caption: 'The documents of the case',
    superseded: 'superseded',
    actions: 'Actions',
    done: (count: number) => (count === 1 ? 'One document was taken.' : `${count} documents were taken.`),
  },
}

type Shown = Omit<CaseDocument, 'added_by'> & { readonly added_by?: string }

type UploadProps<Answer> = {
  /** Where files go: `/cases/7/documents`. */
  readonly path: string
  readonly kinds: readonly DocumentKind[]
  readonly documents: readonly Shown[]
  readonly headers?: Readonly<Record<string, string>>
  /** With the answer to the last one that was taken. */
  onAdded(answer: Answer): void
}

export function DocumentUpload<Answer>({ path, kinds, documents, headers, onAdded }: UploadProps<Answer>) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const [kind, setKind] = useState<DocumentKind>(kinds[0] ?? 'other')
  const [supersedes, setSupersedes] = useState('')
  const [is_busy, setIsBusy] = useState(false)
  const [problems, setProblems] = useState<readonly string[]>([])
  const [taken, setTaken] = useState(0)
  const current = documents.filter((one) => one.kind === kind && one.superseded_by === null)

  const sendOne = async (file: File): Promise<Answer | string> => {
    if (file.size > MAX_BYTES) return t.large
    if (file.size === 0) return t.empty_file
    try {
      return await post<Answer>(`${path}${queryOf({ kind, supersedes })}`, file, {
        headers: { ...headers, 'x-document-name': encodeURIComponent(file.name.slice(-150).toWellFormed()) },
        timeout_ms: UPLOAD_TIMEOUT_MS,
      })
    } catch (error) {
      if (!(error instanceof ApiError) || error.status === 0) return t.gone
      if (error.code === 'BODY_TOO_LARGE') return t.large
      return error.code === 'DOCUMENT_REFUSED' ? t.refused : error.message
    }
  }
  const send = async (files: readonly File[]) => {
    setIsBusy(true)
    const faults: string[] = []
    let count = 0
    for (const file of files) {
      const answer = await sendOne(file)
      if (typeof answer === 'string') faults.push(`${file.name} ${answer}`)
      else {
        count += 1
        onAdded(answer)
      }
    }
    setProblems(faults)
    setTaken(count)
    setSupersedes('')
    setIsBusy(false)
  }
  return (
    <Stack gap="xs">
      <Group align="flex-end" grow preventGrowOverflow={false}>
        <NativeSelect
          label={t.kind}
          value={kind}
          onChange={(event) => {
            setKind(event.currentTarget.value as DocumentKind)
            setSupersedes('')
          }}
          data={kinds.map((value) => ({ value, label: DOCUMENT_WORDS[value][language] }))}
        />
        {current.length > 0 && (
          <NativeSelect
            label={t.replaces}
            value={supersedes}
            onChange={(event) => setSupersedes(event.currentTarget.value)}
            data={[
              { value: '', label: t.nothing },
              ...current.map(({ document_id, name }) => ({ value: String(document_id), label: name })),
            ]}
          />
        )}
      </Group>
      <FileDrop
        label={t.drop}
        hint={t.hint}
        button={t.choose}
        accept="application/pdf,image/jpeg,image/png"
        is_busy={is_busy}
        onFiles={(files) => void send(supersedes === '' ? files : files.slice(0, 1))}
      />
      <div aria-live="polite">
        {taken > 0 && (
          <Text size="sm" c="green.9">
            {t.done(taken)}
          </Text>
        )}
      </div>
      {problems.length > 0 && (
        <Alert color="red" variant="light" role="alert" title={t.problems}>
          <List size="sm">
            {problems.map((line) => (
              <List.Item key={line} style={{ overflowWrap: 'anywhere' }}>
                {line}
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
    </Stack>
  )
}

type ListProps = {
  readonly documents: readonly Shown[]
  /** What can be done with one, where anything can. */
  actions?(document: Shown): ReactNode
}

export function DocumentList({ documents, actions }: ListProps) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const who = useWho()
  const has_author = documents.some(({ added_by }) => added_by !== undefined)
  return (
    <DataTable
      caption={t.caption}
      rows={documents}
      rowKey={({ document_id }) => String(document_id)}
      empty={t.none}
      columns={[
        { key: 'kind', title: t.kind, cell: ({ kind }) => DOCUMENT_WORDS[kind][language] },
        {
          key: 'name',
          title: t.name,
          cell: ({ name, superseded_by }) => (
            <span style={{ overflowWrap: 'anywhere' }}>
              {name}
              {superseded_by !== null && ` (${t.superseded})`}
            </span>
          ),
        },
        { key: 'size', title: t.size, align: 'right', cell: ({ size_bytes }) => sizeText(size_bytes, language) },
        { key: 'added', title: t.added, cell: ({ added_at }) => <Moment at={added_at} /> },
        ...(has_author ? [{ key: 'by', title: t.by, cell: ({ added_by = '' }: Shown) => who(added_by) }] : []),
        ...(actions === undefined ? [] : [{ key: 'actions', title: t.actions, cell: actions }]),
      ]}
    />
  )
}

function sizeText(bytes: number, language: 'ro' | 'en'): string {
  const format = new Intl.NumberFormat(language === 'ro' ? 'ro-RO' : 'en-GB', { maximumFractionDigits: 1 })
  return bytes < 100_000 ? `${format.format(bytes / 1_000)} kB` : `${format.format(bytes / 1_000_000)} MB`
}
