/** A certificate of erasure: that all of a case was erased, when and after which time, and nothing of what it said. */
import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import type { Erasure } from '../../../shared/case/model.ts'
import { CopyId } from '../../../shared/copy-id.tsx'
import { DataTable } from '../../../shared/data-table.tsx'
import { Moment } from '../../../shared/moment.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { withCode, wordOf } from '../../../shared/told/codes.ts'
import { ERASED_TABLES } from './erased-words.ts'
import { saveJson } from './save-json.ts'

const TEXTS = {
  ro: {
    title: 'Certificat de ștergere',
    about:
      'Dosarul și tot ce ținea de el au fost șterse după termenul de păstrare. Certificatul nu spune nimic din ce conțineau.',
    going_on: 'Ștergerea este în curs; se continuă de la sine.',
    case: 'Dosarul',
    partner: 'clientID',
    ended: 'Încheiat',
    until: 'Păstrat până la',
    started: 'Ștergere începută la',
    finished: 'Șters la',
    hash: 'Amprenta ultimei versiuni',
    counts: 'Ce s-a șters',
    table: 'Ce',
    number: 'Rânduri',
    none: 'Niciun rând.',
    versions: 'versiuni',
    documents: 'documente',
    download: 'Descarcă certificatul',
    file: (id: number) => `certificat-stergere-${id}.json`,
    close: 'Închide',
  },
  en: {
    title: 'Certificate of erasure',
    about:
      'The case and everything that belonged to it were erased once they no longer had to be kept. The certificate says nothing about what they held.',
    going_on: 'The erasure is in progress; it continues by itself.',
    case: 'Case',
    partner: 'clientID',
    ended: 'Ended',
    until: 'Kept until',
    started: 'Erasure started',
    finished: 'Erased at',
    hash: 'Hash of the last version',
    counts: 'What was erased',
    table: 'What',
    number: 'Rows',
    none: 'No rows.',
    versions: 'versions',
    documents: 'documents',
    download: 'Download the certificate',
    file: (id: number) => `certificate-of-erasure-${id}.json`,
    close: 'Close',
  },
}

export function ErasureCertificate({ erasure, onClose }: { readonly erasure: Erasure; onClose(): void }) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const { erasure_id, case_id, client_id, version_count, document_count, last_version_hash } = erasure
  return (
    <Modal opened onClose={onClose} title={`${t.title} ${erasure_id}`} closeButtonProps={{ 'aria-label': t.close }}>
      <Stack gap="sm">
        <Text size="sm">{erasure.finished_at === null ? t.going_on : t.about}</Text>
        <Text size="sm">
          {t.case}: {case_id} · {t.partner}: {client_id ?? '–'} · {t.versions}: {version_count} · {t.documents}:{' '}
          {document_count}
        </Text>
        <Text size="sm">
          {t.ended}: <Moment at={erasure.ended_at} only="date" /> · {t.until}:{' '}
          <Moment at={erasure.keep_until} only="date" />
        </Text>
        <Text size="sm">
          {t.started}: <Moment at={erasure.started_at} /> · {t.finished}: <Moment at={erasure.finished_at} />
        </Text>
        <Text size="sm" component="div">
          {t.hash}: <CopyId id={last_version_hash} />
        </Text>
        <DataTable
          caption={t.counts}
          rows={Object.entries(erasure.rows_erased)}
          rowKey={([table]) => table}
          empty={t.none}
          columns={[
            {
              key: 'table',
              title: t.table,
              cell: ([table]) => withCode(wordOf(ERASED_TABLES, table, language), table),
            },
            { key: 'number', title: t.number, align: 'right', cell: ([, count]) => count },
          ]}
        />
        {erasure.finished_at !== null && (
          <Group justify="flex-end">
            <Button variant="default" onClick={() => saveJson(t.file(erasure_id), erasure)}>
              {t.download}
            </Button>
          </Group>
        )}
      </Stack>
    </Modal>
  )
}
