/** A state as a word with a colour; the word alone says it. */
import { Badge } from '@mantine/core'

export type Tone = 'good' | 'bad' | 'open' | 'quiet' | 'warn'

const COLOURS: Readonly<Record<Tone, string>> = {
  good: '#1f6b30',
  bad: 'red.9',
  open: 'blue.9',
  warn: 'orange.9',
  quiet: 'gray.8',
}

export function StatusBadge({ tone, children }: { readonly tone: Tone; readonly children: string }) {
  return (
    <Badge variant="outline" color={COLOURS[tone]} radius="sm" tt="none" fw={600} className="punte-badge">
      {children}
    </Badge>
  )
}
