/** The payer's way to the bank's pages and back to the third party. */
import { randomBytes } from 'node:crypto'
import type { Headers } from './payments.ts'

/** An unguessable part of a link to the bank's pages. */
export const newScaKey = (): string => randomBytes(18).toString('base64url')

/** TPP-Redirect-URI and TPP-Nok-Redirect-URI of a call. */
export function returnAddresses(headers: Headers): { redirect_uri?: string; nok_redirect_uri?: string } {
  const redirect_uri = headers['tpp-redirect-uri']
  const nok_redirect_uri = headers['tpp-nok-redirect-uri']
  return {
    ...(redirect_uri === undefined ? {} : { redirect_uri }),
    ...(nok_redirect_uri === undefined ? {} : { nok_redirect_uri }),
  }
}
