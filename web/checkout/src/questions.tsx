/** The questions that are asked over the page: whether to give the payment up, or the rest of a list; whether anybody is there. */
import type { PaymentList } from '../../../src/http/checkout/contract.ts'
import { formatAmount } from './amount.ts'
import { Dialog } from './dialog.tsx'
import { useSpeech } from './language.tsx'
import { sumsOf } from './list.ts'

type CancelQuestionProps = { readonly partner: string; readonly onYes: () => void; readonly onNo: () => void }

export function CancelQuestion({ partner, onYes, onNo }: CancelQuestionProps) {
  const { words } = useSpeech()
  return (
    <Dialog
      role="alertdialog"
      heading={words.cancelQuestion}
      onClose={onNo}
      actions={
        <>
          <button type="button" className="button plain" onClick={onNo}>
            {words.cancelNo}
          </button>
          <button type="button" className="button danger" onClick={onYes}>
            {words.cancelYes}
          </button>
        </>
      }
    >
      <p>{words.cancelAbout(partner)}</p>
    </Dialog>
  )
}

type StopQuestionProps = { readonly list: PaymentList; readonly onYes: () => void; readonly onNo: () => void }

/** Enough to know which they are; the whole list stands on the page. */
const NAMED = 3

export function StopQuestion({ list, onYes, onNo }: StopQuestionProps) {
  const { words } = useSpeech()
  const said = words.many.list
  const { left, leftMinor } = sumsOf(list)
  const more = left.length - NAMED
  return (
    <Dialog
      role="alertdialog"
      heading={said.stopQuestion}
      onClose={onNo}
      actions={
        <>
          <button type="button" className="button plain" onClick={onNo}>
            {said.stopNo}
          </button>
          <button type="button" className="button danger" onClick={onYes}>
            {said.stopYes}
          </button>
        </>
      }
    >
      <p>{said.stopLeft(left.length, formatAmount(leftMinor))}</p>
      <ul>
        {left.slice(0, NAMED).map((item) => (
          <li key={item.no}>
            {item.creditorName}, {formatAmount(item.amountMinor)} RON
          </li>
        ))}
        {more > 0 && <li>{said.stopMore(more)}</li>}
      </ul>
      <p>{said.stopKept}</p>
    </Dialog>
  )
}

export function IdleWarning({ secondsLeft, onStay }: { readonly secondsLeft: number; readonly onStay: () => void }) {
  const { words } = useSpeech()
  return (
    <Dialog
      role="alertdialog"
      heading={words.idle.warning}
      onClose={onStay}
      actions={
        <button type="button" className="button primary" onClick={onStay}>
          {words.idle.stay}
        </button>
      }
    >
      <p>{words.idle.warningText(secondsLeft)}</p>
    </Dialog>
  )
}
