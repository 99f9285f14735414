/** Field, before, after. */
import { DataTable } from '../data-table.tsx'
import { useLanguage, useTexts } from '../texts.tsx'
import { labelOf } from './fields.ts'
import type { FieldChange } from './model.ts'
import { valueText } from './value-text.ts'

const TEXTS = {
  ro: { caption: 'Ce s-a schimbat', field: 'Câmpul', before: 'Înainte', after: 'După', none: 'Nicio diferență.' },
  en: { caption: 'What has changed', field: 'Field', before: 'Before', after: 'After', none: 'No difference.' },
}

export function ChangeTable({ changes }: { readonly changes: readonly FieldChange[] | undefined }) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const cell = (field: string, value: unknown) => (
    <span style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>{valueText(field, value, language)}</span>
  )
  return (
    <DataTable
      caption={t.caption}
      rows={changes}
      rowKey={({ field }) => field}
      empty={t.none}
      columns={[
        { key: 'field', title: t.field, cell: ({ field }) => labelOf(field, language) },
        { key: 'before', title: t.before, cell: ({ field, before }) => cell(field, before) },
        { key: 'after', title: t.after, cell: ({ field, after }) => cell(field, after) },
      ]}
    />
  )
}
