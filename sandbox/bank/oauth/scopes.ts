/** What a token of this bank is for: one payment (`PIS:{paymentId}`), or every payment of who holds it. */

export type Scopes = {
  /** True: each grant names one payment. */
  readonly name_payment: boolean
  /** The scope words that a call about this payment needs. */
  needed(payment_id: string | undefined): readonly string[]
  /** The bank's own words among those of a request. */
  ours(scope: string | undefined): readonly string[]
  /** Of the first word that names one. */
  paymentId(scope: string | undefined): string | undefined
}

const PLACE = '{paymentId}'

/** @param template `oauth.scope` of the configuration */
export function scopesOf(template: string): Scopes {
  const words = template.split(' ').filter(Boolean)
  const naming = words.find((word) => word.includes(PLACE))
  const prefix = naming?.slice(0, naming.indexOf(PLACE))
  const ours = (scope: string | undefined) =>
    (scope ?? '').split(' ').filter((word) => (prefix === undefined ? words.includes(word) : word.startsWith(prefix)))
  return {
    name_payment: prefix !== undefined,
    needed: (payment_id) => (prefix === undefined ? words : [`${prefix}${payment_id ?? ''}`]),
    ours,
    paymentId(scope) {
      const [named] = ours(scope)
      return prefix === undefined ? undefined : named?.slice(prefix.length)
    },
  }
}
