import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { Agreement } from './agreement.ts'
import { loadAgreement } from './store.ts'

/**
 * A card agreement of this merchant; another merchant's, and one of the account rail, is answered as one that does not exist.
 * @throws PunteError AGREEMENT_UNKNOWN
 */
export async function retrieveAgreement(
  context: Pick<Context, 'db'>,
  input: { readonly merchant: Merchant; readonly agreement_id: string },
): Promise<Agreement> {
  const { merchant, agreement_id } = input
  const agreement = await loadAgreement(context, { partner_id: merchant.partner_id, agreement_id })
  if (agreement?.rail !== 'card')
    throw new PunteError('AGREEMENT_UNKNOWN', {
      text: `Unable to find agreement ${agreement_id} for merchant ${merchant.merchant_id}`,
    })
  return agreement
}
