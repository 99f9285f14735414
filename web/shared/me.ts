/** Who is signed in, as `GET /me` tells it. */
import { createContext, useContext } from 'react'

export type Me = {
  readonly user_name: string
  readonly name: string
  readonly role: string
  readonly acts: readonly string[]
  readonly ends_at: string
  /** When it ends if nothing is done until then. */
  readonly idle_ends_at: string
  readonly idle_seconds: number
  readonly now: string
  readonly password_days_left?: number
}

/** Of the query that keeps it. */
export const ME_KEY = ['me'] as const

export const MeContext = createContext<Me | undefined>(undefined)

/** Inside the frame of who is signed in. */
export function useMe(): Me {
  const me = useContext(MeContext)
  if (me === undefined) throw new Error('nobody is signed in here')
  return me
}

export const useMay = (act: string): boolean => useMe().acts.includes(act)
