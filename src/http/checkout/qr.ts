/** The page's own address as a QR picture: a payer at a desktop goes on with the phone that holds the bank's app. */
import { renderSVG } from 'uqr'
import type { Context } from '../../domain/context.ts'
import { pageState } from '../../domain/initiation/capability.ts'
import type { PaymentKey } from '../../domain/initiation/store.ts'

/** @returns an SVG document, dark on light with the quiet zone that scanners need */
export function pageQr(context: Context, key: PaymentKey): string {
  const url = `${context.settings.PUNTE_CHECKOUT_URL}/payment-initiation?payment=${key.payment_id}&state=${pageState(context.keys, key)}`
  return renderSVG(url, { ecc: 'M', border: 4 })
}
