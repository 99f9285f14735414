/** Somebody else saved while one was typing: what he changed is shown, and nothing typed is lost unasked. */
import { Alert, Button, Group, List, Modal, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { get } from '../../../shared/api.ts'
import { ChangeTable } from '../../../shared/case/change-table.tsx'
import { changesBetween, contested, detailsBetween } from '../../../shared/case/changes.ts'
import { labelOf } from '../../../shared/case/fields.ts'
import type { VersionLine } from '../../../shared/case/model.ts'
import { useWho } from '../../../shared/case/who.ts'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import type { Editor } from './use-editor.ts'

const TEXTS = {
  ro: {
    title: 'Altcineva a schimbat dosarul între timp',
    by: (who: string) => `${who} a salvat înaintea ta. Ce ai scris nu s-a pierdut, dar nu este salvat încă.`,
    somebody: 'Altcineva',
    theirs: 'Ce a schimbat',
    both: 'Ați schimbat amândoi, diferit:',
    mine: 'Păstrează ce am scris, peste ce s-a salvat',
    drop: 'Renunță la ce am scris',
  },
  en: {
    title: 'Someone else has changed this case in the meantime',
    by: (who: string) => `${who} saved before you. What you typed is not lost, but it is not saved yet.`,
    somebody: 'Someone else',
    theirs: 'Their changes',
    both: 'You both changed these, differently:',
    mine: 'Keep my changes on top of theirs',
    drop: 'Discard my changes',
  },
}

export function ConflictDialog({ editor }: { readonly editor: Editor }) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const who = useWho()
  const { conflict, base } = editor
  const versions = useQuery({
    queryKey: ['case', base.case_id, 'versions', conflict?.theirs.version],
    queryFn: () => get<{ readonly versions: readonly VersionLine[] }>(`/cases/${base.case_id}/versions`),
    enabled: conflict !== undefined,
  })
  if (conflict === undefined) return null
  const { theirs, mine } = conflict
  const details = [
    ...detailsBetween(base.data, theirs.data),
    ...detailsBetween({ assessment: base.assessment } as object, { assessment: theirs.assessment } as object),
  ]
  const both = contested(mine, changesBetween(base.data, theirs.data))
  const newest = versions.data?.versions[0]
  const by = newest === undefined ? t.somebody : who(newest.by)
  return (
    <Modal
      opened
      onClose={() => {}}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      size="xl"
      title={t.title}
    >
      <Stack gap="sm">
        <Text size="sm">{t.by(by)}</Text>
        <Title order={3} size="h5">
          {t.theirs}
        </Title>
        <ChangeTable changes={details} />
        {both.length > 0 && (
          <Alert color="orange" variant="light" title={t.both}>
            <List size="sm">
              {both.map(({ field }) => (
                <List.Item key={field}>{labelOf(field, language)}</List.Item>
              ))}
            </List>
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={() => editor.resolve('theirs')}>
            {t.drop}
          </Button>
          <Button data-autofocus onClick={() => editor.resolve('mine')}>
            {t.mine}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
