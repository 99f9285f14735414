/** Passkeys as the browser knows them. The library is loaded when one is asked for. */
import { useQuery } from '@tanstack/react-query'
import { get, post } from '../api.ts'

/** The person, or the browser on its own, broke it off: nothing was done. */
export class PasskeyBrokenOff extends Error {}

/** Whether a passkey may be offered: at this address, in this browser. */
export function usePasskeysPossible(): boolean {
  const offers = useQuery({
    queryKey: ['sign-in-offers'],
    queryFn: () => get<{ readonly passkeys_possible: boolean }>('/sign-in'),
    staleTime: Number.POSITIVE_INFINITY,
  })
  return offers.data?.passkeys_possible === true && typeof window.PublicKeyCredential === 'function'
}

/** @param path of the step; its options are below it @throws ApiError, PasskeyBrokenOff */
export async function showPasskey<T>(path: string): Promise<T> {
  const { startAuthentication } = await import('@simplewebauthn/browser')
  const optionsJSON = await post<Parameters<typeof startAuthentication>[0]['optionsJSON']>(`${path}/options`)
  const response = await startAuthentication({ optionsJSON }).catch(brokenOff)
  return post<T>(path, { response: plain(response) })
}

/** @throws ApiError, PasskeyBrokenOff */
export async function makePasskey(input: { readonly current: string; readonly name: string }): Promise<void> {
  const { startRegistration } = await import('@simplewebauthn/browser')
  const { current, name } = input
  const optionsJSON = await post<Parameters<typeof startRegistration>[0]['optionsJSON']>('/me/passkeys/options', {
    current,
  })
  const response = await startRegistration({ optionsJSON }).catch(brokenOff)
  await post('/me/passkeys', { name, response: plain(response) })
}

function brokenOff(error: unknown): never {
  throw new PasskeyBrokenOff(error instanceof Error ? error.name : 'unknown')
}

const plain = ({ id, rawId, type, response }: { id: string; rawId: string; type: string; response: object }) => ({
  id,
  rawId,
  type,
  response,
})
