/**
 * Addresses: the one that opened the page, and those that lead away from it.
 */

/** What the page's own address says: which payment, and the proof that it may be seen. */
export type PaymentLink = { readonly paymentId: string; readonly state: string }

/** @returns undefined when the address names no payment, or cannot have come from us */
export function readLink(search: string): PaymentLink | undefined {
  const parameters = new URLSearchParams(search)
  const paymentId = parameters.get('payment') ?? ''
  const state = parameters.get('state') ?? ''
  if (!/^\d{1,16}$/.test(paymentId) || !/^[\x21-\x7e]{1,2048}$/.test(state)) return undefined
  return { paymentId, state }
}

const STORAGE_KEY = 'punte.payment'

/**
 * The payment to show. A bank may send the payer back without a word of which payment it was: then it is the one that this
 * tab was about, where he can go on, and is not told to pay anew what he has perhaps authorised.
 * @param tab the tab's own storage, which may be switched off (even to name it throws) or full
 */
export function openedLink(search: string, tab: () => Pick<Storage, 'getItem' | 'setItem'>): PaymentLink | undefined {
  const link = readLink(search)
  try {
    if (link !== undefined)
      tab().setItem(STORAGE_KEY, String(new URLSearchParams({ payment: link.paymentId, state: link.state })))
    else if (search === '') return readLink(tab().getItem(STORAGE_KEY) ?? '')
  } catch {
    // Not remembered; nothing else depends on it.
  }
  return link
}

/** Only web addresses are followed: never `javascript:` or `data:`, whoever wrote them. */
export function isWebAddress(address: string | undefined): address is string {
  if (address === undefined || !URL.canParse(address)) return false
  return ['https:', 'http:'].includes(new URL(address).protocol)
}

/** Leaves the page for good (the partner's address): the back button must not come back to a finished payment. */
export function leaveTo(address: string): void {
  if (isWebAddress(address)) window.location.replace(address)
}

/** Goes to the bank: the back button returns here, where the payment can be followed. */
export function goTo(address: string): void {
  if (isWebAddress(address)) window.location.assign(address)
}
