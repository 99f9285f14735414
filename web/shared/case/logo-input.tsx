/** A logo as it is kept: a small PNG or SVG inside the text itself. What is in it is checked by the server. */
import { Button, FileButton, Group, Input, Text } from '@mantine/core'
import { useState } from 'react'
import { useTexts } from '../texts.tsx'

/** Of the file; as text it is a third longer, and 128 kB is what is taken. */
const MAX_BYTES = 96_000

const TEXTS = {
  ro: {
    choose: 'Alege o imagine',
    remove: 'Scoate sigla',
    kinds: 'PNG sau SVG, cel mult 96 kB',
    large: 'Imaginea are peste 96 kB.',
    other: 'Se primesc doar imagini PNG sau SVG.',
    alt: 'Sigla aleasă',
  },
  en: {
    choose: 'Choose a picture',
    remove: 'Remove the logo',
    kinds: 'PNG or SVG, at most 96 kB',
    large: 'The picture is over 96 kB.',
    other: 'Only PNG or SVG pictures are taken.',
    alt: 'The chosen logo',
  },
}

type Props = {
  readonly id: string
  readonly label: string
  readonly error: string | undefined
  readonly value: string
  readonly is_readonly: boolean
  onChange(value: string | undefined): void
}

export function LogoInput({ id, label, error, value, is_readonly, onChange }: Props) {
  const t = useTexts(TEXTS)
  const [problem, setProblem] = useState<string>()
  const take = async (file: File | null) => {
    if (file === null) return
    if (file.size > MAX_BYTES) return setProblem(t.large)
    if (file.type !== 'image/png' && file.type !== 'image/svg+xml') return setProblem(t.other)
    setProblem(undefined)
    onChange(await dataUri(file))
  }
  return (
    <Input.Wrapper label={label} labelElement="div" description={t.kinds} error={problem ?? error}>
      <Group gap="xs" mt={4}>
        {value.startsWith('data:image/') && (
          <img src={value} alt={t.alt} style={{ height: 32, maxWidth: 160, background: '#fff' }} />
        )}
        {value !== '' && !value.startsWith('data:image/') && <Text size="sm">{value.slice(0, 60)}</Text>}
        {!is_readonly && (
          <FileButton accept="image/png,image/svg+xml" onChange={take} inputProps={{ 'aria-label': t.choose }}>
            {(props) => (
              <Button {...props} id={id} variant="default" size="xs">
                {t.choose}
              </Button>
            )}
          </FileButton>
        )}
        {!is_readonly && value !== '' && (
          <Button variant="subtle" size="xs" onClick={() => onChange(undefined)}>
            {t.remove}
          </Button>
        )}
      </Group>
    </Input.Wrapper>
  )
}

function dataUri(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result))
    reader.onerror = () => reject(reader.error ?? new Error('the file cannot be read'))
    reader.readAsDataURL(file)
  })
}
