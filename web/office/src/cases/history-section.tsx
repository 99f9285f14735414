/** Versions: who saved what when, and any two of them held against each other. */
import { Group, NativeSelect, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { get } from '../../../shared/api.ts'
import { ChangeTable } from '../../../shared/case/change-table.tsx'
import type { CaseView, FieldChange, VersionLine } from '../../../shared/case/model.ts'
import { useWho } from '../../../shared/case/who.ts'
import { CAUSES } from '../../../shared/case/words.ts'
import { DataTable } from '../../../shared/data-table.tsx'
import { Moment } from '../../../shared/moment.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'

const TEXTS = {
  ro: {
    caption: 'Versiunile dosarului, cele mai noi întâi',
    version: 'Versiunea',
    at: 'Când',
    by: 'Cine',
    cause: 'De ce',
    none: 'Nicio versiune.',
    from: 'Compară versiunea',
    to: 'cu versiunea',
    one: 'Dosarul are o singură versiune.',
  },
  en: {
    caption: 'Versions of the case, newest first',
    version: 'Version',
    at: 'When',
    by: 'Who',
    cause: 'Why',
    none: 'No versions.',
    from: 'Compare version',
    to: 'with version',
    one: 'The case has only one version.',
  },
}

export function HistorySection({ view }: { readonly view: CaseView }) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const who = useWho()
  const { case_id, version } = view
  const versions = useQuery({
    queryKey: ['case', case_id, 'versions', version],
    queryFn: () => get<{ readonly versions: readonly VersionLine[] }>(`/cases/${case_id}/versions`),
  })
  const [chosen, setChosen] = useState<{ readonly from?: number; readonly to?: number }>({})
  const rows = versions.data?.versions
  const to = chosen.to ?? rows?.[0]?.version
  const from = chosen.from ?? rows?.[1]?.version
  const changes = useQuery({
    queryKey: ['case', case_id, 'changes', from, to],
    queryFn: () => get<{ readonly changes: readonly FieldChange[] }>(`/cases/${case_id}/changes?from=${from}&to=${to}`),
    enabled: from !== undefined && to !== undefined,
  })
  const choices = (rows ?? []).map((one) => ({ value: String(one.version), label: `${one.version} – ${who(one.by)}` }))
  return (
    <Stack gap="md">
      <Problem error={versions.error ?? changes.error} />
      <DataTable
        caption={t.caption}
        rows={rows}
        rowKey={(one) => String(one.version)}
        empty={t.none}
        columns={[
          { key: 'version', title: t.version, cell: (one) => one.version },
          { key: 'at', title: t.at, cell: ({ saved_at }) => <Moment at={saved_at} /> },
          { key: 'by', title: t.by, cell: ({ by }) => who(by) },
          { key: 'cause', title: t.cause, cell: ({ cause }) => CAUSES[cause][language] },
        ]}
      />
      {rows?.length === 1 && <Text c="gray.7">{t.one}</Text>}
      {from !== undefined && to !== undefined && (
        <>
          <Group>
            <NativeSelect
              label={t.from}
              value={String(from)}
              data={choices}
              onChange={(event) => setChosen({ to, from: Number(event.currentTarget.value) })}
            />
            <NativeSelect
              label={t.to}
              value={String(to)}
              data={choices}
              onChange={(event) => setChosen({ from, to: Number(event.currentTarget.value) })}
            />
          </Group>
          <ChangeTable changes={changes.data?.changes} />
        </>
      )}
    </Stack>
  )
}
