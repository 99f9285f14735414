/**
 * A question or a text over the page, on the browser's own modal dialog: focus stays inside and returns by itself.
 */
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react'
import { useSpeech } from './language.tsx'

type DialogProps = {
  readonly heading: string
  readonly onClose: () => void
  readonly children: ReactNode
  readonly actions?: ReactNode
  /** A question that must be answered; no cross in the corner. */
  readonly role?: 'alertdialog'
}

export function Dialog({ heading, onClose, children, actions, role }: DialogProps) {
  const { words } = useSpeech()
  const ref = useRef<HTMLDialogElement>(null)
  const id = useId()

  // Before the browser paints, and above all before React takes the dialog out of the page: only a dialog that is still
  // in it gives the focus back to where it was.
  useLayoutEffect(() => {
    const dialog = ref.current
    dialog?.showModal()
    return () => dialog?.close()
  }, [])

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard's way out is Escape, which the dialog gives by itself
    <dialog
      ref={ref}
      className="dialog"
      role={role}
      aria-labelledby={`${id}-heading`}
      aria-describedby={role === undefined ? undefined : `${id}-text`}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => {
        // The dialog itself is only ever hit beside its content: on the backdrop.
        if (event.target === ref.current) onClose()
      }}
    >
      <div className="dialog-sheet">
        <header className="dialog-head">
          <h2 id={`${id}-heading`}>{heading}</h2>
          {role === undefined && (
            <button type="button" className="button quiet square" aria-label={words.close} onClick={onClose}>
              <svg viewBox="0 0 24 24" aria-hidden="true">
                <path d="M6 6l12 12M18 6L6 18" />
              </svg>
            </button>
          )}
        </header>
        {/* A text longer than its frame must be scrollable by keyboard. */}
        <div className="dialog-body" id={`${id}-text`} tabIndex={role === undefined ? 0 : undefined}>
          {children}
        </div>
        {actions !== undefined && <div className="dialog-actions">{actions}</div>}
      </div>
    </dialog>
  )
}
