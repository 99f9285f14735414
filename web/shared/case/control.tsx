/** The control of one field, by its kind; its fault stands under it. */
import { Autocomplete, Checkbox, ColorInput, NativeSelect, NumberInput, Textarea, TextInput } from '@mantine/core'
import type { HTMLInputAutoCompleteAttribute, HTMLInputTypeAttribute } from 'react'
import { type Language, useLanguage } from '../texts.tsx'
import type { Field, FieldKind } from './field.ts'
import { COUNTIES, COUNTRIES } from './field-lists.ts'
import { LogoInput } from './logo-input.tsx'
import type { CaseDocument } from './model.ts'
import { controlId, type Json } from './path.ts'

const WORDS = {
  ro: { none: '– alege –', yes: 'da', no: 'nu' },
  en: { none: '– choose –', yes: 'yes', no: 'no' },
}
const MAX_TEXT = 500
const MAX_LONG_TEXT = 4_000
const MAX_LEI = 1_000_000_000

type InputKind = { readonly type: HTMLInputTypeAttribute; readonly mode?: 'numeric' | 'tel' | 'email' | 'url' }
const INPUTS: Partial<Record<FieldKind, InputKind>> = {
  digits: { type: 'text', mode: 'numeric' },
  email: { type: 'email', mode: 'email' },
  phone: { type: 'tel', mode: 'tel' },
  url: { type: 'url', mode: 'url' },
  date: { type: 'date' },
}
const AUTOCOMPLETE: HTMLInputAutoCompleteAttribute = 'off'

type Props = {
  readonly field: Field
  readonly value: Json
  readonly fault: string | undefined
  readonly is_readonly: boolean
  readonly documents: readonly CaseDocument[]
  onChange(value: Json): void
}

export function Control({ field, value, fault, is_readonly, documents, onChange }: Props) {
  const { language } = useLanguage()
  const words = WORDS[language]
  const shared = {
    id: controlId(field.path),
    label: field[language],
    ...(field.hint !== undefined && { description: field.hint[language] }),
    error: fault,
    // Below, so that controls of one row stand in one line.
    inputWrapperOrder: ['label', 'input', 'description', 'error'] as ('label' | 'input' | 'description' | 'error')[],
  }
  const text = typeof value === 'string' ? value : ''
  const setText = (next: string) => onChange(next === '' ? undefined : next)
  switch (field.kind) {
    case 'check':
      return (
        <Checkbox
          id={shared.id}
          label={shared.label}
          error={fault}
          checked={value === true}
          disabled={is_readonly}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      )
    case 'yes_no':
      return (
        <NativeSelect
          {...shared}
          value={typeof value === 'boolean' ? String(value) : ''}
          disabled={is_readonly}
          data={[
            { value: '', label: words.none },
            { value: 'true', label: words.yes },
            { value: 'false', label: words.no },
          ]}
          onChange={({ currentTarget: { value: next } }) => onChange(next === '' ? undefined : next === 'true')}
        />
      )
    case 'select':
    case 'country':
    case 'document':
      return (
        <NativeSelect
          {...shared}
          value={value === undefined || value === null ? '' : String(value)}
          disabled={is_readonly}
          data={[{ value: '', label: words.none }, ...choices(field, documents, language)]}
          onChange={({ currentTarget: { value: next } }) =>
            onChange(next === '' ? undefined : field.kind === 'document' ? Number(next) : next)
          }
        />
      )
    case 'count':
    case 'percent':
    case 'lei':
      return <Amount shared={shared} field={field} value={value} is_readonly={is_readonly} onChange={onChange} />
    case 'long_text':
      return (
        <Textarea
          {...shared}
          autosize
          minRows={2}
          maxRows={10}
          maxLength={MAX_LONG_TEXT}
          value={text}
          readOnly={is_readonly}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      )
    case 'county':
      return (
        <Autocomplete
          {...shared}
          data={[...COUNTIES]}
          maxLength={MAX_TEXT}
          value={text}
          readOnly={is_readonly}
          onChange={setText}
        />
      )
    case 'colour':
      return (
        <ColorInput
          {...shared}
          value={text}
          readOnly={is_readonly}
          onChange={setText}
          popoverProps={{ withinPortal: true }}
          eyeDropperButtonProps={{
            'aria-label': language === 'ro' ? 'Ia culoarea de pe ecran' : 'Pick from the screen',
          }}
        />
      )
    case 'logo':
      return <LogoInput {...shared} value={text} is_readonly={is_readonly} onChange={onChange} />
    default: {
      const input = INPUTS[field.kind]
      return (
        <TextInput
          {...shared}
          type={input?.type ?? 'text'}
          {...(input?.mode !== undefined && { inputMode: input.mode })}
          {...(field.kind === 'date' && { max: '9999-12-31' })}
          autoComplete={AUTOCOMPLETE}
          spellCheck={false}
          maxLength={MAX_TEXT}
          value={text}
          readOnly={is_readonly}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      )
    }
  }
}

function choices(field: Field, documents: readonly CaseDocument[], language: Language) {
  if (field.kind === 'country') {
    const names = new Intl.DisplayNames([language], { type: 'region' })
    return COUNTRIES.map((code) => ({ value: code, label: names.of(code) ?? code }))
  }
  if (field.kind === 'document')
    return documents.map(({ document_id, name }) => ({ value: String(document_id), label: `${name} (${document_id})` }))
  return (field.options ?? []).map((option) => ({ value: option.value, label: option[language] }))
}

type AmountProps = Pick<Props, 'field' | 'value' | 'is_readonly' | 'onChange'> & {
  readonly shared: { readonly id: string; readonly label: string; readonly error: string | undefined }
}

function Amount({ shared, field, value, is_readonly, onChange }: AmountProps) {
  const { language } = useLanguage()
  const scale = field.kind === 'lei' ? 100 : 1
  const shown = typeof value === 'number' ? value / scale : ''
  return (
    <NumberInput
      {...shared}
      value={shown}
      readOnly={is_readonly}
      min={0}
      max={field.kind === 'percent' ? 100 : MAX_LEI}
      decimalScale={field.kind === 'count' ? 0 : 2}
      decimalSeparator={language === 'ro' ? ',' : '.'}
      thousandSeparator={language === 'ro' ? '.' : ','}
      hideControls
      onChange={(next) => onChange(typeof next === 'number' ? Math.round(next * 100 * scale) / 100 : undefined)}
    />
  )
}
