/**
 * Occasions on which the page asks the server again: the payer comes back to it, or the payment's time is up.
 */
import { useEffect, useEffectEvent } from 'react'
import type { PaymentView } from '../../../src/http/checkout/contract.ts'

/** The server closes expired payments in rounds: ask again a little later if it has not yet. */
const ROUND_MS = 5_000
/** Longer than this a browser's timer cannot wait. */
const MAX_DELAY_MS = 2_147_000_000

/** Steps in which the payer may let the time pass. */
const OPEN_ENDED: ReadonlySet<PaymentView['step']> = new Set(['form', 'authorise', 'next'])

/** @param onReturn with `true` when the browser has shown the page again out of its memory (back button) */
export function useComeBack(onReturn: (evenIfFresh: boolean) => void): void {
  const comeBack = useEffectEvent(onReturn)
  useEffect(() => {
    const onShow = (event: PageTransitionEvent) => event.persisted && comeBack(true)
    const onVisible = () => document.visibilityState === 'visible' && comeBack(false)
    window.addEventListener('pageshow', onShow)
    document.addEventListener('visibilitychange', onVisible)
    return () => {
      window.removeEventListener('pageshow', onShow)
      document.removeEventListener('visibilitychange', onVisible)
    }
  }, [])
}

/**
 * Calls `onDeadline` once an unpaid payment's time is up, by the server's clock: the view says when it was written, and
 * `receivedAt` is when it came, by the payer's clock.
 */
export function useDeadline(view: PaymentView | undefined, receivedAt: number, onDeadline: () => void): void {
  const atDeadline = useEffectEvent(onDeadline)
  useEffect(() => {
    if (view === undefined || !OPEN_ENDED.has(view.step)) return
    const left = Date.parse(view.expiresAt) - Date.parse(view.now) - (Date.now() - receivedAt)
    const timer = setTimeout(atDeadline, Math.min(Math.max(left + 1_000, ROUND_MS), MAX_DELAY_MS))
    return () => clearTimeout(timer)
  }, [view, receivedAt])
}
