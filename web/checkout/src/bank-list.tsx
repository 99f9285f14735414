/**
 * The searchable list of banks: an editable combobox with a list box (ARIA Authoring Practices 1.2). The focus stays in
 * the text; arrows move through the list, Enter or Tab takes, Escape gives back what was chosen.
 */
import { type KeyboardEvent, type MouseEvent, useEffect, useRef, useState } from 'react'
import type { BankChoice } from '../../../src/http/checkout/contract.ts'
import { BankMark } from './bank-mark.tsx'
import { bankMeant, searchBanks } from './bank-search.ts'
import { describedBy, FieldFrame, type FieldProps, fieldId } from './field.tsx'
import { useSpeech } from './language.tsx'

type BankListProps = FieldProps & {
  readonly banks: readonly BankChoice[]
  readonly value: string
  readonly onChange: (bankId: string) => void
  readonly onLeave: () => void
}

/** What the list knows and does: the text, what it offers, which option the arrows stand on. */
function useBankChoice({ banks, value, onChange, onLeave, disabled }: BankListProps) {
  const [open, setOpen] = useState(false)
  // What is being typed; undefined while the text shows the chosen bank.
  const [query, setQuery] = useState<string>()
  const [active, setActive] = useState(-1)
  const chosen = banks.find((bank) => bank.id === value)
  const offered = query === undefined ? banks : searchBanks(banks, query)

  const show = () => {
    if (open || disabled) return
    setOpen(true)
    setActive(banks.findIndex((bank) => bank.id === value))
  }
  const hide = () => {
    setOpen(false)
    setQuery(undefined)
    setActive(-1)
  }
  const choose = (bank: BankChoice | undefined) => {
    if (bank === undefined || !bank.available) return
    onChange(bank.id)
    hide()
  }
  const type = (text: string) => {
    setQuery(text)
    setOpen(true)
    setActive(text.trim() === '' ? -1 : 0)
    if (text === '') onChange('')
  }
  const leave = () => {
    if (query !== undefined) choose(bankMeant(banks, query))
    hide()
    onLeave()
  }
  const move = (step: 1 | -1) => {
    if (!open) show()
    else if (active < 0) setActive(step > 0 ? 0 : offered.length - 1)
    else if (offered.length > 0) setActive((active + step + offered.length) % offered.length)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (disabled) return
    const arrow = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : undefined
    if (arrow !== undefined) move(arrow)
    else if (event.key === 'Tab' && query !== undefined) choose(offered[active])
    else if (event.key === 'Enter' && open) choose(offered[active])
    else if (event.key === 'Escape' && open) hide()
    else return
    if (event.key !== 'Tab') event.preventDefault()
  }
  return {
    open,
    shown: open && offered.length > 0,
    query,
    active,
    chosen,
    offered,
    show,
    choose,
    type,
    leave,
    onKeyDown,
  }
}

export function BankList(props: BankListProps) {
  const { value, ...field } = props
  const { words } = useSpeech()
  const choice = useBankChoice(props)
  const { shown, active, chosen, query } = choice
  const id = fieldId(field.name)
  const marked = query === undefined && chosen !== undefined

  const onClick = (event: MouseEvent<HTMLInputElement>) => {
    if (choice.open) return
    choice.show()
    event.currentTarget.select()
    // On a phone the keyboard takes half the screen: bring the field up, so that the list has room.
    if (matchMedia('(pointer: coarse)').matches) event.currentTarget.scrollIntoView({ block: 'start' })
  }

  return (
    <FieldFrame {...field}>
      <div className="control combobox">
        {marked && <BankMark bank={chosen} />}
        <input
          id={id}
          type="text"
          role="combobox"
          autoComplete="off"
          autoCorrect="off"
          spellCheck={false}
          className={marked ? 'marked' : undefined}
          value={query ?? chosen?.name ?? ''}
          required
          readOnly={field.disabled}
          aria-autocomplete="list"
          aria-expanded={shown}
          aria-controls={`${id}-list`}
          aria-activedescendant={shown && active >= 0 ? optionId(id, active) : undefined}
          aria-invalid={field.fault !== undefined}
          aria-describedby={describedBy(field)}
          onClick={onClick}
          onKeyDown={choice.onKeyDown}
          onChange={(event) => choice.type(event.target.value)}
          onBlur={choice.leave}
        />
        {/* For the pointer only: by keyboard, the arrow keys do the same. */}
        <svg className="chevron" viewBox="0 0 24 24" aria-hidden="true">
          <path d="M6 9l6 6 6-6" />
        </svg>
        {shown && <Options id={id} banks={choice.offered} value={value} active={active} onChoose={choice.choose} />}
        <p className={choice.open && !shown ? 'options nothing' : 'unseen'} role="status">
          {choice.open && !shown ? words.noBankFound : ''}
        </p>
      </div>
    </FieldFrame>
  )
}

type OptionsProps = {
  readonly id: string
  readonly banks: readonly BankChoice[]
  readonly value: string
  readonly active: number
  readonly onChoose: (bank: BankChoice) => void
}

function Options({ id, banks, value, active, onChoose }: OptionsProps) {
  const { words } = useSpeech()
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' })
  }, [active])
  return (
    <div ref={list} id={`${id}-list`} className="options" role="listbox" aria-label={words.banksList}>
      {banks.map((bank, index) => (
        // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the text, which points here (aria-activedescendant)
        // biome-ignore lint/a11y/useKeyWithClickEvents: the text field has the keys
        <div
          key={bank.id}
          id={optionId(id, index)}
          className={`option${index === active ? ' active' : ''}${bank.available ? '' : ' away'}`}
          role="option"
          aria-selected={bank.id === value}
          aria-disabled={bank.available ? undefined : true}
          // The press must not take the focus from the text, or leaving it would close the list before the click.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onChoose(bank)}
        >
          <BankMark bank={bank} />
          <span>
            {bank.name}
            {bank.unavailable !== undefined && <small>{words.bankAway[bank.unavailable]}</small>}
          </span>
        </div>
      ))}
    </div>
  )
}

function optionId(id: string, index: number): string {
  return `${id}-option-${index}`
}
