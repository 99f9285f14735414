/** A partner's passwords of the card API, where it is a merchant. */
import { Type } from 'typebox'
import { PunteError } from '../../domain/errors.ts'
import { addPassword, dropPassword, showMerchant } from '../../domain/merchants/manage.ts'
import { route, type TableRoute } from '../route-table.ts'
import { ownPartnerId, type Signed } from './own.ts'

/** @throws PunteError RECORD_UNKNOWN where the partner is no merchant */
function ownMerchantId(call: Signed): string {
  const merchant = call.context.merchants.byPartnerId(ownPartnerId(call))
  if (merchant === undefined) throw new PunteError('RECORD_UNKNOWN')
  return merchant.merchant_id
}

export const merchantRoutes: readonly TableRoute[] = [
  route({
    method: 'GET',
    path: '/merchant',
    act: 'own.read',
    summary: 'The merchant that the partner is on the card rail; 204: none.',
    async handle(call) {
      if (call.context.merchants.byPartnerId(ownPartnerId(call)) === undefined) return undefined
      const { merchant_id, name, password_1, password_2 } = await showMerchant(call.context, ownMerchantId(call))
      return { merchant_id, name, password_1, password_2, user_name: `merchant.${merchant_id}` }
    },
  }),
  route({
    method: 'POST',
    path: '/merchant/passwords',
    act: 'own.change',
    summary: 'A further API password, shown this once; the one before goes on working, an older one ends.',
    handle: async (call) => ({ password: await addPassword(call.acting, { merchant_id: ownMerchantId(call) }) }),
  }),
  route({
    method: 'DELETE',
    path: '/merchant/passwords/:slot',
    act: 'own.change',
    // Takes away and gives nothing, as stopping somebody does.
    stays_open: 'ended',
    summary: 'Ends an API password: 2 is the newest, 1 the one before.',
    params: Type.Object({ slot: Type.Enum(['1', '2']) }),
    handle: (call) =>
      dropPassword(call.acting, { merchant_id: ownMerchantId(call), slot: call.params.slot === '1' ? 1 : 2 }),
  }),
]
