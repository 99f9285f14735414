/**
 * Fields of the form: a visible label that is also the accessible name, a hint, and the fault under it. Room for the
 * line under a field is kept free, so that nothing jumps away from under a finger when a fault appears.
 */
import { type ChangeEvent, type ReactNode, useLayoutEffect, useRef } from 'react'
import type { FieldName } from './form.ts'
import { caretAfterGrouping, groupIban } from './iban.ts'

export type FieldProps = {
  readonly name: FieldName
  readonly label: string
  readonly hint?: string | undefined
  /** The hint is for who cannot see what says the same beside the field. */
  readonly hintUnseen?: boolean
  /** What is wrong, in words; absent while there is nothing to tell. */
  readonly fault: string | undefined
  readonly disabled: boolean
}

/** Ids of a field and of the lines under it. */
export function fieldId(name: FieldName): string {
  return `field-${name}`
}

export function describedBy(props: Pick<FieldProps, 'name' | 'hint' | 'fault'>): string | undefined {
  const ids = [props.fault && `${fieldId(props.name)}-fault`, props.hint && `${fieldId(props.name)}-hint`]
  return ids.filter(Boolean).join(' ') || undefined
}

export function FieldFrame(props: FieldProps & { readonly children: ReactNode; readonly after?: ReactNode }) {
  const { name, label, hint, hintUnseen, fault, children, after } = props
  return (
    <div className={fault === undefined ? 'field' : 'field faulty'}>
      <label className="label" htmlFor={fieldId(name)}>
        {label}
      </label>
      {children}
      <div className="under">
        <div className="under-text">
          {fault !== undefined && (
            <p className="fault" id={`${fieldId(name)}-fault`}>
              {fault}
            </p>
          )}
          {hint !== undefined && (
            <p className={fault === undefined && !hintUnseen ? 'hint' : 'unseen'} id={`${fieldId(name)}-hint`}>
              {hint}
            </p>
          )}
        </div>
        {after}
      </div>
    </div>
  )
}

type TextFieldProps = FieldProps & {
  readonly value: string
  readonly onChange: (value: string) => void
  readonly onLeave: () => void
  readonly type?: 'text' | 'email'
  readonly inputMode?: 'text' | 'decimal' | 'email'
  readonly autoComplete?: string
  readonly suffix?: string
}

export function TextField({
  value,
  onChange,
  onLeave,
  type,
  inputMode,
  autoComplete,
  suffix,
  ...field
}: TextFieldProps) {
  return (
    <FieldFrame {...field}>
      <div className="control">
        <input
          id={fieldId(field.name)}
          type={type ?? 'text'}
          inputMode={inputMode}
          autoComplete={autoComplete ?? 'off'}
          autoCapitalize={type === 'email' ? 'none' : undefined}
          spellCheck={false}
          value={value}
          required
          readOnly={field.disabled}
          aria-invalid={field.fault !== undefined}
          aria-describedby={describedBy(field)}
          onChange={(event) => onChange(event.target.value)}
          onBlur={onLeave}
        />
        {suffix !== undefined && (
          <span className="suffix" aria-hidden="true">
            {suffix}
          </span>
        )}
      </div>
    </FieldFrame>
  )
}

/** An IBAN in groups of four; the caret stays where the payer typed. */
export function IbanField({
  value,
  onChange,
  onLeave,
  after,
  ...field
}: TextFieldProps & { readonly after?: ReactNode }) {
  const ref = useRef<HTMLInputElement>(null)
  const caret = useRef<number>(undefined)
  useLayoutEffect(() => {
    if (caret.current === undefined) return
    ref.current?.setSelectionRange(caret.current, caret.current)
    caret.current = undefined
  })
  const change = (event: ChangeEvent<HTMLInputElement>) => {
    const typed = event.target.value
    const place = event.target.selectionStart
    // Only in the field that is typed in: a selection elsewhere would steal the focus in some browsers.
    if (place !== null && document.activeElement === event.target) caret.current = caretAfterGrouping(typed, place)
    onChange(groupIban(typed))
  }
  return (
    <FieldFrame {...field} after={after}>
      <div className="control">
        <input
          ref={ref}
          id={fieldId(field.name)}
          className="iban"
          type="text"
          autoComplete="off"
          autoCapitalize="characters"
          autoCorrect="off"
          spellCheck={false}
          placeholder="RO00 XXXX XXXX XXXX XXXX XXXX"
          value={value}
          required
          readOnly={field.disabled}
          aria-invalid={field.fault !== undefined}
          aria-describedby={describedBy(field)}
          onChange={change}
          onBlur={onLeave}
        />
      </div>
    </FieldFrame>
  )
}

type TextAreaFieldProps = FieldProps & {
  readonly value: string
  readonly onChange: (value: string) => void
  readonly onLeave: () => void
  readonly count: { readonly used: number; readonly most: number }
}

export function TextAreaField({ value, onChange, onLeave, count, ...field }: TextAreaFieldProps) {
  const counter = (
    <span className={count.used > count.most ? 'counter over' : 'counter'} aria-hidden="true">
      {count.used}/{count.most}
    </span>
  )
  return (
    <FieldFrame {...field} after={counter}>
      <div className="control">
        <textarea
          id={fieldId(field.name)}
          rows={2}
          autoComplete="off"
          value={value}
          required
          readOnly={field.disabled}
          aria-invalid={field.fault !== undefined}
          aria-describedby={describedBy(field)}
          onChange={(event) => onChange(event.target.value)}
          onBlur={onLeave}
        />
      </div>
    </FieldFrame>
  )
}

/** A value that cannot be changed: read like text, found by its label like any field. */
export function FixedField({
  id,
  label,
  value,
}: {
  readonly id: string
  readonly label: string
  readonly value: string
}) {
  return (
    <div className="fixed">
      <label htmlFor={id}>{label}</label>
      <textarea id={id} readOnly rows={Math.min(6, Math.ceil(value.length / 36) || 1)} value={value} />
    </div>
  )
}
