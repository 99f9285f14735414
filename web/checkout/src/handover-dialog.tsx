/** Hands the payment over to the phone: the page's own address as a QR code. */
import { useEffect, useState } from 'react'
import { readQrCode } from './api.ts'
import { Dialog } from './dialog.tsx'
import { useSpeech } from './language.tsx'
import type { PaymentLink } from './links.ts'

type Code =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'ready'; readonly svg: string }

export function HandoverDialog({ link, onClose }: { readonly link: PaymentLink; readonly onClose: () => void }) {
  const { words } = useSpeech()
  const [code, setCode] = useState<Code>({ kind: 'loading' })
  useEffect(() => {
    let closed = false
    readQrCode(link).then((answer) => {
      if (!closed) setCode(answer.ok ? { kind: 'ready', svg: answer.value } : { kind: 'failed' })
    })
    return () => {
      closed = true
    }
  }, [link])
  return (
    <Dialog heading={words.handover.heading} onClose={onClose}>
      <p>{words.handover.text}</p>
      <div className="qr">
        {code.kind === 'loading' && <span className="spinner" aria-hidden="true" />}
        {/* As a picture, not as markup: nothing in it can run. */}
        {code.kind === 'ready' && (
          <img src={`data:image/svg+xml,${encodeURIComponent(code.svg)}`} alt={words.handover.alt} />
        )}
        {code.kind === 'failed' && <p role="alert">{words.handover.failed}</p>}
      </div>
    </Dialog>
  )
}
