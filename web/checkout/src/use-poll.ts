/**
 * Asks again and again: quickly at first, then less often; not at all while nobody looks at the page.
 */
import { useEffect, useEffectEvent, useState } from 'react'

const FIRST_MS = 1_500
const MOST_MS = 4_000
const GROWTH = 1.25
/** Where nothing is waited for: banks go out of order and come back, another tab goes on. */
const LIGHT_MS = 30_000

export type Pace = 'quick' | 'light'
/** One lost answer is no reason to alarm anyone. */
const UNANSWERED_TO_TELL = 2

type Asked = { readonly answered: boolean; readonly waitMs?: number }

/**
 * @param reason what is being waited for; a new reason starts afresh, `undefined` stops
 * @param pace light: every half minute, for what may change but is not waited for
 * @returns whether the last tries went unanswered
 */
export function usePoll(reason: string | undefined, pace: Pace, ask: () => Promise<Asked>): boolean {
  const [unanswered, setUnanswered] = useState(0)
  const onTime = useEffectEvent(ask)

  useEffect(() => {
    if (reason === undefined) return
    let stopped = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const [first, most] = pace === 'light' ? [LIGHT_MS, LIGHT_MS] : [FIRST_MS, MOST_MS]
    let delay = first

    const round = async () => {
      timer = undefined
      if (document.visibilityState === 'hidden') return
      const asked = await onTime()
      if (stopped) return
      setUnanswered((count) => (asked.answered ? 0 : count + 1))
      delay = Math.min(delay * GROWTH, most)
      timer = setTimeout(round, Math.max(delay, asked.waitMs ?? 0))
    }
    // Seen again: the payer comes back from the bank's app and wants to know at once.
    const onVisible = () => {
      if (document.visibilityState !== 'visible' || timer !== undefined) return
      delay = first
      timer = setTimeout(round, 200)
    }
    timer = setTimeout(round, delay)
    document.addEventListener('visibilitychange', onVisible)
    return () => {
      stopped = true
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', onVisible)
      setUnanswered(0)
    }
  }, [reason, pace])

  return unanswered >= UNANSWERED_TO_TELL
}
