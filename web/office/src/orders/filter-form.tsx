/** A form of filters that stand in the address: text, days, and choices. Of orders, agreements and tokens alike. */
import { Button, Fieldset, Group, MultiSelect, NativeSelect, SimpleGrid, Stack, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTexts } from '../../../shared/texts.tsx'

const TEXTS = {
  ro: { find: 'Caută', clear: 'Golește', all: 'oricare' },
  en: { find: 'Search', clear: 'Clear', all: 'any' },
}

export type FilterField<Name extends string> = {
  readonly name: Name
  readonly label: string
  /** Text where it is not said. */
  readonly type?: 'date' | 'one' | 'several'
  readonly choices?: readonly { readonly value: string; readonly label: string }[]
}

type Props<Name extends string> = {
  readonly legend: string
  readonly fields: readonly FilterField<Name>[]
  readonly filters: Readonly<Record<Name, string>>
  onFind(filters: Readonly<Record<Name, string>>): void
}

/** Give it a key of its filters: a link or "back" brings others, and the form begins anew with them. */
export function FilterForm<Name extends string>({ legend, fields, filters, onFind }: Props<Name>) {
  const t = useTexts(TEXTS)
  const [typed, setTyped] = useState(filters)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onFind(typed)
  }
  const clear = () => onFind(Object.fromEntries(fields.map(({ name }) => [name, ''])) as Record<Name, string>)
  return (
    <form onSubmit={submit}>
      <Fieldset legend={legend} p="sm">
        <Stack gap="sm">
          <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm" verticalSpacing="xs">
            {fields.map((field) => (
              <Field
                key={field.name}
                field={field}
                value={typed[field.name]}
                all={t.all}
                onChange={(text) => setTyped((now) => ({ ...now, [field.name]: text }))}
              />
            ))}
          </SimpleGrid>
          <Group gap="xs">
            <Button type="submit">{t.find}</Button>
            <Button variant="default" onClick={clear}>
              {t.clear}
            </Button>
          </Group>
        </Stack>
      </Fieldset>
    </form>
  )
}

type FieldProps = {
  readonly field: FilterField<string>
  readonly value: string
  readonly all: string
  onChange(text: string): void
}

function Field({ field: { label, type, choices = [] }, value, all, onChange }: FieldProps) {
  if (type === 'several')
    return (
      <MultiSelect
        label={label}
        data={[...choices]}
        value={value.split(',').filter((one) => one !== '')}
        onChange={(chosen) => onChange(chosen.join(','))}
        placeholder={value === '' ? all : ''}
        clearable
        hidePickedOptions
      />
    )
  if (type === 'one')
    return (
      <NativeSelect
        label={label}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        data={[{ value: '', label: all }, ...choices]}
      />
    )
  return (
    <TextInput
      label={label}
      type={type ?? 'text'}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      autoComplete="off"
    />
  )
}

export const choicesOf = (
  words: Readonly<Record<string, { readonly ro: string; readonly en: string }>>,
  language: 'ro' | 'en',
) => Object.entries(words).map(([value, word]) => ({ value, label: word[language] }))
