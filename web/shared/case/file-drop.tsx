/** A place to drop files on, with a button for those who do not drag: the button is the way of keyboard and phone. */
import { Button, FileButton, Group, Paper, Text } from '@mantine/core'
import { type DragEvent, useState } from 'react'

type Props = {
  readonly label: string
  readonly hint: string
  readonly button: string
  readonly accept: string
  readonly is_busy: boolean
  /** Ask for any number of files; they are handed on one by one, in order. */
  onFiles(files: readonly File[]): void
}

const MAX_FILES = 20

export function FileDrop({ label, hint, button, accept, is_busy, onFiles }: Props) {
  const [is_over, setIsOver] = useState(false)
  const take = (files: readonly File[]) => {
    if (files.length > 0 && !is_busy) onFiles(files.slice(0, MAX_FILES))
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setIsOver(false)
    take([...event.dataTransfer.files])
  }
  return (
    <Paper
      withBorder
      p="md"
      style={{ borderStyle: 'dashed', ...(is_over && { background: 'var(--mantine-color-blue-light)' }) }}
      onDragOver={(event: DragEvent) => {
        event.preventDefault()
        setIsOver(true)
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={drop}
    >
      <Group justify="space-between">
        <div>
          <Text size="sm" fw={500}>
            {label}
          </Text>
          <Text size="xs" c="dimmed">
            {hint}
          </Text>
        </div>
        <FileButton multiple accept={accept} onChange={take} inputProps={{ 'aria-label': button }}>
          {(props) => (
            <Button {...props} variant="default" loading={is_busy}>
              {button}
            </Button>
          )}
        </FileButton>
      </Group>
    </Paper>
  )
}
