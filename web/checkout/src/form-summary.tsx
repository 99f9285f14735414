/** Why nothing was sent: takes the focus, and leads to the fields that are to be mended. */
import { useEffect, useRef } from 'react'
import type { PaymentView } from '../../../src/http/checkout/contract.ts'
import { fieldId } from './field.tsx'
import { askedFields, type FieldName, type FormFault, type FormState } from './form.ts'
import { faultText } from './form-fields.tsx'
import { useSpeech } from './language.tsx'
import { wordsFor } from './messages/messages.ts'
import type { Problem } from './use-actions.ts'

/** Says why nothing was sent, takes the focus, and leads to the fields that are to be mended. */
export function Summary({
  problem,
  view,
  form,
  onOtherBank,
}: {
  readonly problem: Problem
  readonly view: PaymentView
  readonly form: FormState
  readonly onOtherBank: () => void
}) {
  const { words } = useSpeech()
  const ref = useRef<HTMLDivElement>(null)
  useEffect(() => {
    ref.current?.focus()
    ref.current?.scrollIntoView({ block: 'center' })
  }, [])
  const asked = askedFields(view, form)
  const refused = Object.entries(form.refused) as [FieldName, FormFault][]
  return (
    <div className="summary" role="alert" tabIndex={-1} ref={ref}>
      <h2>{words.summaryTitle}</h2>
      <p>{wordsFor(words.problems, problem.code, 'OTHER')}</p>
      {refused.length > 0 && (
        <ul>
          {refused.map(([field, fault]) => (
            <li key={field}>
              {asked.includes(field) ? (
                <a
                  href={`#${fieldId(field)}`}
                  onClick={(event) => {
                    // Focus without touching the address, which carries the payment's link.
                    event.preventDefault()
                    document.getElementById(fieldId(field))?.focus()
                  }}
                >
                  {words.labels[field]}
                </a>
              ) : (
                words.labels[field]
              )}
              : {faultText(field, fault, words)}
            </li>
          ))}
        </ul>
      )}
      {problem.code.startsWith('BANK_') && view.banks.length > 1 && asked.includes('bankId') && (
        <button type="button" className="link" onClick={onOtherBank}>
          {words.otherBank}
        </button>
      )}
      {problem.traceId !== undefined && <p className="small">{words.support(problem.traceId)}</p>}
    </div>
  )
}
