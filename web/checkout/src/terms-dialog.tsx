/** The terms and conditions, to be read before paying. */
import type { PaymentView } from '../../../src/http/checkout/contract.ts'
import { Dialog } from './dialog.tsx'
import { useSpeech } from './language.tsx'
import { termsOf } from './messages/terms.ts'

type TermsDialogProps = { readonly operator: PaymentView['operator']; readonly onClose: () => void }

export function TermsDialog({ operator, onClose }: TermsDialogProps) {
  const { language, words } = useSpeech()
  return (
    <Dialog heading={words.termsLink} onClose={onClose}>
      {termsOf(language, operator).map((section) => (
        <section key={section.heading}>
          <h3>{section.heading}</h3>
          <p>{section.text}</p>
        </section>
      ))}
    </Dialog>
  )
}
