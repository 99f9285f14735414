import type { AcquirerConnector } from '../../infra/acquirers/connector.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import type { AcquirerLinkProfile, Merchant, Source } from '../merchants/merchant.ts'
import { connectorOf } from './send.ts'

/**
 * The acquirer link a payment goes by: the first that takes the currency and allows the source; a request that names no
 * source has the first that a link of the currency allows a payer.
 * @throws PunteError CURRENCY_NOT_ACCEPTED, SOURCE_NOT_PERMITTED
 */
export function chooseLink(
  context: Context,
  merchant: Merchant,
  currency: string,
  asked: Source | undefined,
): { readonly link: AcquirerLinkProfile; readonly source: Source; readonly connector: AcquirerConnector } {
  const links = merchant.links.filter(({ currencies }) => currencies.includes(currency))
  if (links.length === 0)
    throw new PunteError('CURRENCY_NOT_ACCEPTED', {
      field: 'order.currency',
      text: `Value '${currency}' is invalid. No acquirer of this merchant takes the currency.`,
    })
  for (const link of links) {
    const source = asked ?? link.sources.find((one) => one !== 'MERCHANT')
    if (source !== undefined && link.sources.includes(source))
      return { link, source, connector: connectorOf(context, link) }
  }
  const source = asked ?? 'INTERNET'
  const name = `${source.charAt(0)}${source.slice(1).toLowerCase().replaceAll('_', ' ')}`
  throw new PunteError('SOURCE_NOT_PERMITTED', {
    field: 'transaction.source',
    text: `Value '${source}' is invalid. value: ${name} - reason: Merchant acquirer relationship does not support this ${name} transaction source`,
  })
}
