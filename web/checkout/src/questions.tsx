/** The two questions that are asked over the page: whether to give the payment up, and whether anybody is still there. */
import { Dialog } from './dialog.tsx'
import { useSpeech } from './language.tsx'

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
