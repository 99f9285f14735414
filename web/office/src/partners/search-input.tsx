/** A filter that is typed: it is searched for when it is left, or Enter is pressed. */
import { TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'

type Props = {
  readonly label: string
  readonly value: string
  readonly maxLength: number
  onSearch(text: string): void
}

export function SearchInput({ label, value, maxLength, onSearch }: Props) {
  const [text, setText] = useState(value)
  // "Back" and links change it from outside.
  useEffect(() => setText(value), [value])
  const search = () => {
    if (text.trim() !== value) onSearch(text.trim())
  }
  return (
    <TextInput
      size="xs"
      label={label}
      maxLength={maxLength}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={search}
      onKeyDown={(event) => {
        if (event.key === 'Enter') search()
      }}
    />
  )
}
