/** Acts and kinds of subjects to choose from, by their words; whole families of acts, too. */
import { Select } from '@mantine/core'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { ACTS, actName, FAMILIES, SUBJECT_KINDS, subjectName } from './act-words.ts'

const TEXTS = {
  ro: { all: 'toate', none: 'Niciunul', clear: 'Golește' },
  en: { all: 'all', none: 'None', clear: 'Clear' },
}

type Props = { readonly label: string; readonly value: string }

const CODES = Object.keys(ACTS)
const KINDS = Object.keys(SUBJECT_KINDS)

/** A field of a form, `act`. What a link names and is not in the list is offered as it is. */
export function ActSelect({ label, value }: Props) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const data = Object.entries(FAMILIES).map(([family, words]) => ({
    group: words[language],
    items: [
      { value: `${family}.`, label: `${words[language]}: ${t.all}` },
      ...CODES.filter((code) => code.startsWith(`${family}.`)).map((code) => ({
        value: code,
        label: actName(code, language),
      })),
    ],
  }))
  const is_known = value === '' || data.some(({ items }) => items.some((item) => item.value === value))
  return (
    <Select
      name="act"
      label={label}
      defaultValue={value === '' ? null : value}
      data={is_known ? data : [{ group: '…', items: [{ value, label: value }] }, ...data]}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t.clear }}
      nothingFoundMessage={t.none}
      maxDropdownHeight={320}
      w={230}
    />
  )
}

/** A field of a form, `subject_kind`. */
export function KindSelect({ label, value }: Props) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const kinds = value === '' || KINDS.includes(value) ? KINDS : [value, ...KINDS]
  return (
    <Select
      name="subject_kind"
      label={label}
      defaultValue={value === '' ? null : value}
      data={kinds.map((kind) => ({ value: kind, label: subjectName(kind, language) }))}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t.clear }}
      nothingFoundMessage={t.none}
      w={190}
    />
  )
}
