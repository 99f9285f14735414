/**
 * Notices that nobody is at the page: warns a minute ahead, then disconnects.
 */
import { useEffect, useEffectEvent, useRef, useState } from 'react'

const WARNING_MS = 60_000
const SIGNS_OF_LIFE = ['pointerdown', 'keydown', 'wheel', 'touchstart', 'input'] as const

export type Idle = {
  /** Seconds until the page disconnects, once that is near. */
  readonly secondsLeft: number | undefined
  readonly stay: () => void
}

/**
 * @param minutes idle time after which `onIdle` is called; `undefined` while there is nothing to protect
 */
export function useIdle(minutes: number | undefined, onIdle: () => void): Idle {
  const [secondsLeft, setSecondsLeft] = useState<number>()
  const lastSign = useRef(0)
  const warned = useRef(false)
  const disconnect = useEffectEvent(onIdle)

  const stay = () => {
    lastSign.current = Date.now()
    warned.current = false
    setSecondsLeft(undefined)
  }

  useEffect(() => {
    if (minutes === undefined) return
    const limitMs = minutes * 60_000
    const warningMs = Math.min(WARNING_MS, limitMs / 2)
    lastSign.current = Date.now()
    warned.current = false

    const onSign = () => {
      // Once the question stands, only its answer counts: a stray touch is not "I am still here".
      if (!warned.current) lastSign.current = Date.now()
    }
    // By the clock, not by counting: a laptop that slept for an hour was idle for an hour.
    const timer = setInterval(() => {
      const leftMs = limitMs - (Date.now() - lastSign.current)
      if (leftMs <= 0) {
        warned.current = false
        setSecondsLeft(undefined)
        disconnect()
      } else if (leftMs <= warningMs) {
        warned.current = true
        setSecondsLeft(Math.ceil(leftMs / 1000))
      }
    }, 1_000)
    for (const sign of SIGNS_OF_LIFE) window.addEventListener(sign, onSign, { passive: true, capture: true })
    return () => {
      clearInterval(timer)
      setSecondsLeft(undefined)
      for (const sign of SIGNS_OF_LIFE) window.removeEventListener(sign, onSign, { capture: true })
    }
  }, [minutes])

  return { secondsLeft, stay }
}
