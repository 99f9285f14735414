/** The page's own address as a QR picture: a payer at a desktop goes on with the phone that holds the bank's app. */
import type { Context } from '../../domain/context.ts'
import { pageUrl } from '../../domain/initiation/partner-calls/initiate.ts'
import type { PaymentKey } from '../../domain/initiation/store.ts'
import { qrSvg } from '../../infra/pictures/qr.ts'

/** @returns an SVG document */
export function pageQr(context: Context, key: PaymentKey): string {
  return qrSvg(pageUrl(context, key))
}
