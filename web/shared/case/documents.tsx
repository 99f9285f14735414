/** Papers of a case: putting them in, and the list of what is there. */
import { Group, NativeSelect, Stack, Text } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { post, queryOf } from '../api.ts'
import { DataTable } from '../data-table.tsx'
import { manyOf } from '../many.ts'
import { Moment } from '../moment.tsx'
import { useRefusal } from '../problem.tsx'
import { useLanguage, useTexts } from '../texts.tsx'
import { documentFault, documentFaultOf } from './document-faults.ts'
import { FileDrop } from './file-drop.tsx'
import type { CaseDocument, DocumentFault, DocumentKind } from './model.ts'
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
    problems: (count: number) =>
      count === 1 ? 'Un fișier nu a fost primit' : `${manyOf(count, 'fișiere')} nu au fost primite`,
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
    problems: (count: number) => (count === 1 ? 'One file was not taken' : `${count} files were not taken`),
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

/** Seen to be none before it is sent. */
class UnsentFile extends Error {
  readonly fault: DocumentFault

  constructor(fault: DocumentFault) {
    super(fault)
    this.fault = fault
  }
}

type Refused = { readonly name: string; readonly error: unknown }

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
  const [problems, setProblems] = useState<readonly Refused[]>([])
  const refusal = useRefusal()
  const [taken, setTaken] = useState(0)
  const current = documents.filter((one) => one.kind === kind && one.superseded_by === null)

  const sendOne = async (file: File): Promise<Answer> => {
    if (file.size > MAX_BYTES) throw new UnsentFile('too_large')
    if (file.size === 0) throw new UnsentFile('empty')
    return await post<Answer>(`${path}${queryOf({ kind, supersedes })}`, file, {
      headers: { ...headers, 'x-document-name': encodeURIComponent(file.name.slice(-150).toWellFormed()) },
      timeout_ms: UPLOAD_TIMEOUT_MS,
    })
  }
  const send = async (files: readonly File[]) => {
    setIsBusy(true)
    const refused: Refused[] = []
    for (const file of files) {
      try {
        onAdded(await sendOne(file))
      } catch (error) {
        refused.push({ name: file.name, error })
      }
    }
    setProblems(refused)
    setTaken(files.length - refused.length)
    setSupersedes('')
    setIsBusy(false)
  }
  const lines = problems.map(({ name, error }) => {
    const fault = error instanceof UnsentFile ? error.fault : documentFaultOf(error)
    return { name, text: fault === undefined ? refusal(error) : documentFault(fault, language) }
  })
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
        problem={lines.length === 0 ? undefined : { title: t.problems(lines.length), lines }}
        onFiles={(files) => void send(supersedes === '' ? files : files.slice(0, 1))}
      />
      <div aria-live="polite">
        {taken > 0 && (
          <Text size="sm" c="green.9">
            {t.done(taken)}
          </Text>
        )}
      </div>
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
