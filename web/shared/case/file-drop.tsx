/** A place to drop files on, with a button for those who do not drag: the button is the way of keyboard and phone. */
import { Button, FileButton, Group, List, Paper, Text } from '@mantine/core'
import { type DragEvent, useId, useState } from 'react'

type Problem = {
  readonly title: string
  readonly lines: readonly { readonly name: string; readonly text: string }[]
}

type Props = {
  readonly label: string
  readonly hint: string
  readonly button: string
  readonly accept: string
  readonly is_busy: boolean
  /** Which of the last files were not taken, and why; stands under the button. */
  readonly problem: Problem | undefined
  /** Ask for any number of files; they are handed on one by one, in order. */
  onFiles(files: readonly File[]): void
}

const MAX_FILES = 20

export function FileDrop({ label, hint, button, accept, is_busy, problem, onFiles }: Props) {
  const problem_id = useId()
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
      style={{
        borderStyle: 'dashed',
        ...(problem !== undefined && { borderColor: 'var(--mantine-color-red-9)' }),
        ...(is_over && { background: 'var(--mantine-color-blue-light)' }),
      }}
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
            <Button
              {...props}
              variant="default"
              loading={is_busy}
              {...(problem !== undefined && { 'aria-describedby': problem_id })}
            >
              {button}
            </Button>
          )}
        </FileButton>
      </Group>
      <div id={problem_id} role="alert">
        {problem !== undefined && <Problems {...problem} />}
      </div>
    </Paper>
  )
}

function Problems({ title, lines }: Problem) {
  return (
    <>
      <Text size="sm" c="red.9" fw={500} mt="sm">
        {title}
      </Text>
      <List size="sm" c="red.9" spacing={4}>
        {lines.map(({ name, text }, at) => (
          // Two files of one name are two lines.
          // biome-ignore lint/suspicious/noArrayIndexKey: they never move
          <List.Item key={at} style={{ overflowWrap: 'anywhere' }}>
            <b>{name}</b>: {text}
          </List.Item>
        ))}
      </List>
    </>
  )
}
