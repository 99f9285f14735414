/**
 * The payments of a list: whom, how much, what for, and how each stands, in words and with a mark whose shape tells as
 * much as its colour. Long lists show a few and open on a press.
 */
import { useEffect, useId, useRef, useState } from 'react'
import type { ListItem } from '../../../src/http/checkout/contract.ts'
import { formatAmount } from './amount.ts'
import { groupIban } from './iban.ts'
import { useSpeech } from './language.tsx'
import { hasFailed, isDone } from './list.ts'
import type { Messages } from './messages/messages.ts'

const SHOWN_AT_FIRST = 5

type PaymentItemsProps = {
  readonly items: readonly ListItem[]
  readonly label: string
  /** The number of the payment around which the few are chosen. */
  readonly around?: number | undefined
}

export function PaymentItems({ items, label, around }: PaymentItemsProps) {
  const { words } = useSpeech()
  const [all, setAll] = useState(false)
  const list = useRef<HTMLOListElement>(null)
  const opened = useRef(false)
  const id = useId()
  const first = all ? 0 : firstShown(items, around)
  const shown = all ? items : items.slice(first, first + SHOWN_AT_FIRST)
  // What has just appeared stands above the button: the focus goes there, or nobody who listens would find it.
  useEffect(() => {
    if (!all || !opened.current) return
    opened.current = false
    const fresh = firstShown(items, around) > 0 ? 0 : SHOWN_AT_FIRST
    const item = list.current?.children[fresh]
    if (item instanceof HTMLElement) item.focus({ preventScroll: true })
  }, [all, items, around])

  return (
    <div className="payments">
      <ol ref={list} id={id} aria-label={label}>
        {shown.map((item) => (
          <PaymentItem key={item.no} item={item} />
        ))}
      </ol>
      {items.length > SHOWN_AT_FIRST && (
        <button
          type="button"
          className="link"
          aria-expanded={all}
          aria-controls={id}
          onClick={() => {
            opened.current = !all
            setAll(!all)
          }}
        >
          {all ? words.many.list.showLess : words.many.list.showAll(items.length)}
        </button>
      )}
    </div>
  )
}

function firstShown(items: readonly ListItem[], around: number | undefined): number {
  const place = items.findIndex(({ no }) => no === around)
  // The one before it as well: what was just done.
  return Math.max(Math.min(place - 1, items.length - SHOWN_AT_FIRST), 0)
}

function PaymentItem({ item }: { readonly item: ListItem }) {
  const { words } = useSpeech()
  return (
    <li className="payment" tabIndex={-1}>
      <span className="payment-no muted" aria-hidden="true">
        {item.no}.
      </span>
      <span className="payment-whom">
        <span className="unseen">{words.many.list.itemNo(item.no)}: </span>
        <strong>{item.creditorName}</strong>
        <small className="muted">{groupIban(item.creditorIban)}</small>
        <small>{item.details}</small>
        <ItemState item={item} words={words} />
      </span>
      <span className="payment-amount">{formatAmount(item.amountMinor)} RON</span>
    </li>
  )
}

function ItemState({ item, words }: { readonly item: ListItem; readonly words: Messages }) {
  const { states, reasons } = words.many.list
  const tone = isDone(item) ? 'good' : hasFailed(item) && item.state !== 'abandoned' ? 'bad' : 'neutral'
  const why =
    !isDone(item) && item.reason !== undefined && Object.hasOwn(reasons, item.reason)
      ? reasons[item.reason as keyof typeof reasons]
      : undefined
  return (
    <small className={`payment-state ${tone}`}>
      <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">
        <path d={MARKS[item.state]} />
      </svg>
      <span>
        {states[item.state]}
        {why !== undefined && `: ${why}`}
      </span>
    </small>
  )
}

const CLOCK = 'M8 2a6 6 0 1 0 .01 0M8 5v3l2 2'
const CROSS = 'M4 4l8 8M12 4l-8 8'
const DASH = 'M3 8h10'
const MARKS: Readonly<Record<ListItem['state'], string>> = {
  waiting: 'M8 2a6 6 0 1 0 .01 0',
  authorising: CLOCK,
  paid: 'M3 8.5l3.5 3.5L13 4.5',
  authorised: 'M2 8.5l3 3.5 5.5-7M8 12l6-7.5',
  scheduled: 'M3 4h10v9H3zM3 7h10M6 2v3M10 2v3',
  partly: DASH,
  rejected: CROSS,
  cancelled: DASH,
  abandoned: DASH,
  blocked: 'M8 2.5v7M8 12.5v.5',
}
