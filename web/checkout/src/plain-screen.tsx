/** A screen without a payment on it: a link that is not valid, a network that failed, a page that disconnected. */
import { type ReactNode, useState } from 'react'
import type { Failure } from './api.ts'
import { ScreenHeading } from './frame.tsx'
import { useSpeech } from './language.tsx'

type PlainScreenProps = { readonly heading: string; readonly text: string; readonly children?: ReactNode }

export function PlainScreen({ heading, text, children }: PlainScreenProps) {
  return (
    <section className="card center">
      <ScreenHeading>{heading}</ScreenHeading>
      <p className="say">{text}</p>
      {children}
    </section>
  )
}

/** The payment could not be opened: why, and what helps. */
export function Failed({ failure, onRetry }: { readonly failure: Failure; readonly onRetry: () => Promise<unknown> }) {
  const { words } = useSpeech()
  const { failed } = words
  if (failure.kind === 'no_answer') {
    return (
      <PlainScreen heading={failed.offline} text={failed.offlineText}>
        <Retry label={words.retry} onRetry={onRetry} />
      </PlainScreen>
    )
  }
  const { status, refusal } = failure
  if (status === 429 || status >= 500) {
    const busy = status === 429 || refusal.code === 'OVERLOADED'
    return (
      <PlainScreen heading={busy ? failed.busy : failed.broken} text={busy ? failed.busyText : failed.brokenText}>
        <p className="small muted">{words.support(refusal.traceId)}</p>
        <Retry label={words.retry} onRetry={onRetry} />
      </PlainScreen>
    )
  }
  return <PlainScreen heading={failed.link} text={failed.linkText} />
}

export function Retry({ label, onRetry }: { readonly label: string; readonly onRetry: () => Promise<unknown> }) {
  const [trying, setTrying] = useState(false)
  const retry = async () => {
    if (trying) return
    setTrying(true)
    await onRetry()
    setTrying(false)
  }
  return (
    <div className="bar">
      <button type="button" className="button primary" aria-disabled={trying || undefined} onClick={retry}>
        {trying && <span className="spinner small-spinner" aria-hidden="true" />}
        {label}
      </button>
    </div>
  )
}
