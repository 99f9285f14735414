/** Shown while something is not saved; of an approved partner it asks how the change was told. */
import { Button, Group, Paper, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { manyOf } from '../../../shared/many.ts'
import { useTexts } from '../../../shared/texts.tsx'
import type { Editor } from './use-editor.ts'

const TEXTS = {
  ro: {
    unsaved: (count: number) => (count === 1 ? 'O schimbare nesalvată' : `${manyOf(count, 'schimbări')} nesalvate`),
    save: 'Salvează',
    discard: 'Renunță',
    notified: 'Cum a anunțat partenerul schimbarea',
    notified_hint: 'de exemplu: adresa nr. 14 din 3 mai',
  },
  en: {
    unsaved: (count: number) => (count === 1 ? 'One unsaved change' : `${count} unsaved changes`),
    save: 'Save',
    discard: 'Discard',
    notified: 'How the partner notified the change',
    notified_hint: 'for example: letter no. 14 of 3 May',
  },
}

export function SaveBar({ editor }: { readonly editor: Editor }) {
  const t = useTexts(TEXTS)
  const [notified, setNotified] = useState('')
  if (editor.changes.length === 0) return null
  const is_notified = editor.base.state === 'approved'
  const save = () => {
    editor.save(is_notified ? notified.trim() : undefined)
    setNotified('')
  }
  return (
    <Paper withBorder p="sm" shadow="sm" style={{ position: 'sticky', bottom: 8, zIndex: 2 }}>
      <Group justify="space-between" align="flex-end">
        {is_notified ? (
          <TextInput
            style={{ flex: 1 }}
            label={t.notified}
            description={t.notified_hint}
            required
            maxLength={1_000}
            value={notified}
            onChange={(event) => setNotified(event.currentTarget.value)}
          />
        ) : (
          <Text size="sm" role="status">
            {t.unsaved(editor.changes.length)}
          </Text>
        )}
        <Group gap="xs">
          <Button variant="default" onClick={editor.discard}>
            {t.discard}
          </Button>
          <Button onClick={save} loading={editor.is_saving} disabled={is_notified && notified.trim() === ''}>
            {t.save}
          </Button>
        </Group>
      </Group>
    </Paper>
  )
}
