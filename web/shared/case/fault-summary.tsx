/** All that is wrong, each line leading to its field; takes the focus when it appears after a press. */
import { Alert, Anchor, Button, List } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useLanguage, useTexts } from '../texts.tsx'
import { faultLine } from './fault-words.ts'
import type { Fault } from './model.ts'

/** Of a list that nobody has asked for. */
const SHOWN_UNASKED = 8

const TEXTS = {
  ro: { all: (count: number) => `Arată toate (${count})` },
  en: { all: (count: number) => `Show all (${count})` },
}

type Props = {
  readonly title: string
  readonly faults: readonly Fault[]
  /** Changes with every press that was in vain: then the summary takes the focus. Zero: it never does. */
  readonly pressed: number
  readonly tone?: 'red' | 'blue'
  onGo(fault: Fault): void
}

export function FaultSummary({ title, faults, pressed, tone = 'red', onGo }: Props) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const [is_whole, setIsWhole] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (pressed > 0) box.current?.focus()
  }, [pressed])
  if (faults.length === 0) return null
  const shown = is_whole || pressed > 0 ? faults : faults.slice(0, SHOWN_UNASKED)
  return (
    <Alert ref={box} tabIndex={-1} role={pressed > 0 ? 'alert' : 'group'} color={tone} variant="light" title={title}>
      <List size="sm" spacing={2}>
        {shown.map((fault) => (
          <List.Item key={`${fault.field} ${fault.code}`}>
            <Anchor component="button" type="button" size="sm" ta="left" onClick={() => onGo(fault)}>
              {faultLine(fault, language)}
            </Anchor>
          </List.Item>
        ))}
      </List>
      {shown.length < faults.length && (
        <Button variant="default" size="compact-sm" mt="xs" onClick={() => setIsWhole(true)}>
          {t.all(faults.length)}
        </Button>
      )}
    </Alert>
  )
}
