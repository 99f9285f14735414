/**
 * What we hand to browsers and banks to find their way back: short values that name a payment (and with it the partner,
 * so that no entry point has to look it up) and carry a MAC. Nothing is stored for them.
 */
import type { Keys } from '../../../infra/keys/keys.ts'

type PaymentKey = { readonly partner_id: number; readonly payment_id: number }
const MAC_BYTES = 16

/** `state` of the hosted page's URL: partner_id (4 bytes) and MAC over partner and payment. Always the same for a payment. */
export function pageState(keys: Keys, key: PaymentKey): string {
  const head = Buffer.alloc(4)
  head.writeUInt32BE(key.partner_id)
  return Buffer.concat([
    head,
    keys.mac('page-state', `${key.partner_id}:${key.payment_id}`).subarray(0, MAC_BYTES),
  ]).toString('base64url')
}

/** @returns the payment that the state really names, or undefined for a forged, cut or foreign one */
export function readPageState(keys: Keys, payment_id: number, state: string): PaymentKey | undefined {
  const bytes = decode(state, 4 + MAC_BYTES)
  if (bytes === undefined) return undefined
  const partner_id = bytes.readUInt32BE(0)
  return keys.verifyMac('page-state', `${partner_id}:${payment_id}`, bytes.subarray(4))
    ? { partner_id, payment_id }
    : undefined
}

/** One attempt; of an item of a list also the list, whose page the payer is on. */
export type ReturnKey = PaymentKey & { readonly attempt_no: number; readonly list_payment_id?: number | null }

/** Names one attempt in the addresses that a bank sends the payer back to. */
export function returnState(keys: Keys, key: ReturnKey): string {
  const list_payment_id = key.list_payment_id ?? undefined
  const head = Buffer.alloc(list_payment_id === undefined ? 14 : 22)
  if (list_payment_id !== undefined) head.writeBigUInt64BE(BigInt(list_payment_id), 14)
  head.writeUInt32BE(key.partner_id, 0)
  head.writeBigUInt64BE(BigInt(key.payment_id), 4)
  head.writeUInt16BE(key.attempt_no, 12)
  return Buffer.concat([head, keys.mac('bank-return', head.toString('hex')).subarray(0, MAC_BYTES)]).toString(
    'base64url',
  )
}

export function readReturnState(keys: Keys, state: string): ReturnKey | undefined {
  const of_item = decode(state, 22 + MAC_BYTES)
  const bytes = of_item ?? decode(state, 14 + MAC_BYTES)
  if (bytes === undefined) return undefined
  const head = bytes.subarray(0, bytes.length - MAC_BYTES)
  if (!keys.verifyMac('bank-return', head.toString('hex'), bytes.subarray(head.length))) return undefined
  return {
    partner_id: head.readUInt32BE(0),
    payment_id: Number(head.readBigUInt64BE(4)),
    attempt_no: head.readUInt16BE(12),
    ...(of_item !== undefined && { list_payment_id: Number(head.readBigUInt64BE(14)) }),
  }
}

/** Proof that the page was loaded or refreshed at a time; how idle expiry is held on the server. */
export function pageToken(keys: Keys, key: PaymentKey, at: Date): string {
  const head = Buffer.alloc(6)
  head.writeUIntBE(at.getTime(), 0, 6)
  return Buffer.concat([
    head,
    keys.mac('page-token', `${key.partner_id}:${key.payment_id}:${at.getTime()}`).subarray(0, MAC_BYTES),
  ]).toString('base64url')
}

/** @returns when the token was given out, or undefined when it is not ours or of another payment */
export function readPageToken(keys: Keys, key: PaymentKey, token: string): Date | undefined {
  const bytes = decode(token, 6 + MAC_BYTES)
  if (bytes === undefined) return undefined
  const time = bytes.readUIntBE(0, 6)
  return keys.verifyMac('page-token', `${key.partner_id}:${key.payment_id}:${time}`, bytes.subarray(6))
    ? new Date(time)
    : undefined
}

// Buffer.from ignores what is not base64url, so the round trip is compared: one value has one spelling.
function decode(text: string, length: number): Buffer | undefined {
  if (text.length > 64) return undefined
  const bytes = Buffer.from(text, 'base64url')
  return bytes.length === length && bytes.toString('base64url') === text ? bytes : undefined
}
