/** Papers of the case: put in, looked at in a tab of their own, kept. */
import { Alert, Anchor, Button, Group, Modal, Stack } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { addressOf } from '../../../shared/api.ts'
import { DocumentList, DocumentUpload } from '../../../shared/case/documents.tsx'
import type { CaseDocument, CaseView, DocumentKind } from '../../../shared/case/model.ts'
import { useMay } from '../../../shared/me.ts'
import { useTexts } from '../../../shared/texts.tsx'

const KINDS: readonly DocumentKind[] = [
  'identity',
  'registration_certificate',
  'constitutive_act',
  'mandate',
  'bank_statement',
  'authority_request',
  'other',
]
const TAKES_DOCUMENTS = [
  'draft',
  'submitted',
  'in_review',
  'more_information',
  'approved',
  'refused',
  'withdrawn',
  'relationship_ended',
]

const TEXTS = {
  ro: {
    show: 'Arată',
    open: 'Deschide',
    download: 'Descarcă',
    of: (action: string, name: string) => `${action}: ${name}`,
    close: 'Închide',
    new_tab: 'se deschide într-o filă nouă',
    fixed: 'Un document nu se schimbă și nu se șterge; unul nou îi poate lua locul.',
  },
  en: {
    show: 'Show',
    open: 'Open',
    download: 'Download',
    of: (action: string, name: string) => `${action}: ${name}`,
    close: 'Close',
    new_tab: 'opens in a new tab',
    fixed: 'A document is never changed or deleted; a newer one can replace it.',
  },
}

export function DocumentsSection({ view }: { readonly view: CaseView }) {
  const t = useTexts(TEXTS)
  const queries = useQueryClient()
  const may_edit = useMay('case.edit') && TAKES_DOCUMENTS.includes(view.state)
  const [shown, setShown] = useState<Pick<CaseDocument, 'document_id' | 'name'>>()
  const path = `/cases/${view.case_id}/documents`
  const fileOf = (document_id: number) => addressOf(`${path}/${document_id}`)
  const actions = (document: Omit<CaseDocument, 'added_by'>) => {
    const { document_id, name, media_type } = document
    return (
      <Group gap="xs" justify="flex-end">
        {media_type === 'application/pdf' ? (
          <Anchor
            size="sm"
            href={fileOf(document_id)}
            target="_blank"
            rel="noopener noreferrer"
            aria-label={`${t.of(t.open, name)} (${t.new_tab})`}
          >
            {t.open} ↗
          </Anchor>
        ) : (
          <Button variant="subtle" size="compact-sm" aria-label={t.of(t.show, name)} onClick={() => setShown(document)}>
            {t.show}
          </Button>
        )}
        <Anchor size="sm" href={`${fileOf(document_id)}?download=1`} aria-label={t.of(t.download, name)}>
          {t.download}
        </Anchor>
      </Group>
    )
  }
  return (
    <Stack gap="md">
      {may_edit && (
        <DocumentUpload<CaseDocument>
          path={path}
          kinds={KINDS}
          documents={view.documents}
          onAdded={() => void queries.invalidateQueries({ queryKey: ['case', view.case_id] })}
        />
      )}
      <DocumentList documents={view.documents} actions={actions} />
      <Alert variant="light" color="gray" p="xs">
        {t.fixed}
      </Alert>
      {shown !== undefined && (
        <Modal
          opened
          onClose={() => setShown(undefined)}
          title={shown.name}
          size="xl"
          closeButtonProps={{ 'aria-label': t.close }}
        >
          <img src={fileOf(shown.document_id)} alt={shown.name} style={{ maxWidth: '100%', display: 'block' }} />
        </Modal>
      )}
    </Stack>
  )
}
