/** How the partner stands, and what its people may therefore still do. The server refuses the rest; here it is not offered. */
import { useQuery } from '@tanstack/react-query'
import { get } from '../../../shared/api.ts'
import { useMay } from '../../../shared/me.ts'

type Access = 'open' | 'suspended' | 'ended' | 'closed'

type Company = {
  readonly name: string
  readonly access: Access
  readonly why: 'review' | 'operator' | 'ended' | null
  readonly since: string | null
  readonly until: string | null
  readonly operator: { readonly name: string; readonly contact: string }
}

const ASKED_AGAIN_MS = 60_000

export function useCompany(): Company | undefined {
  const found = useQuery({
    queryKey: ['company'],
    queryFn: () => get<Company>('/company', { background: true }),
    refetchInterval: ASKED_AGAIN_MS,
  })
  return found.data
}

/** @param stays until which standing the call behind it stays open; absent: only of a partner that works */
export function useMayChange(stays?: 'suspended' | 'ended'): boolean {
  const may = useMay('own.change')
  const access = useCompany()?.access ?? 'open'
  return may && (access === 'open' || access === stays || (access === 'suspended' && stays === 'ended'))
}
