/**
 * Sessions: what a payer's device or a shop gathers of a payment before it is made. session.ts has the words and what may be
 * done with fields, purely; sessions.ts the use-cases; security-codes.ts holds the codes, in memory; store.ts has all SQL.
 */

/** The wire's own nesting, as the surface has checked it. */
export type SessionFields = { readonly [name: string]: SessionValue }
type SessionValue = string | number | boolean | null | SessionFields | readonly SessionValue[]

export type Session = {
  readonly session_id: string
  /** 10 hex digits, other ones after every update: the optimistic lock. */
  readonly version: string
  /** How many calls may be made with the session's id as password, 0 to 25. */
  readonly authentication_limit: number
  readonly update_status: 'SUCCESS' | 'FAILURE' | 'NO_UPDATE'
  /** With the card's number in full, which the surface masks; a security code stands as `xxx`. */
  readonly fields: SessionFields
  /** Base64 of 32 bytes. */
  readonly aes256_key: string
}

const CARD = ['sourceOfFunds', 'provided', 'card'] as const
const CODE = 'securityCode'
/** What an operation's fields may nest, and more; deeper ones are not looked into. */
const DEPTH_MOST = 16

/** `over` on top of `under`, field by field; lists are replaced whole, `null` says nothing. */
export function mergeFields(under: SessionFields, over: SessionFields): SessionFields {
  const merged = new Map(Object.entries(under))
  for (const [name, value] of Object.entries(over)) {
    if (value === null) continue
    const before = merged.get(name)
    merged.set(name, isGroup(value) ? mergeFields(isGroup(before) ? before : {}, value) : value)
  }
  // Unlike an assignment this makes a plain field of whatever name, `__proto__` too.
  return Object.fromEntries(merged)
}

/** The card's security code, and the fields without anything of that name, wherever it stood. */
export function partSecurityCode(fields: SessionFields): { fields: SessionFields; security_code?: string } {
  const code = cardOf(fields)?.[CODE]
  const given = (typeof code === 'string' || typeof code === 'number') && code !== ''
  return { fields: withoutCodes(fields, 0), ...(given && { security_code: String(code) }) }
}

export function withSecurityCode(fields: SessionFields, security_code: string): SessionFields {
  const [funds, provided, card] = CARD
  return mergeFields(fields, { [funds]: { [provided]: { [card]: { [CODE]: security_code } } } })
}

/** Whether the card was one and is another: by its number, or by the token that stands for it. */
export function isOtherCard(before: SessionFields, after: SessionFields): boolean {
  const differs = (one: SessionValue | undefined, other: SessionValue | undefined) => one !== undefined && one !== other
  return differs(cardOf(before)?.number, cardOf(after)?.number) || differs(tokenOf(before), tokenOf(after))
}

function tokenOf(fields: SessionFields): SessionValue | undefined {
  const funds = fields[CARD[0]]
  return isGroup(funds) ? funds.token : undefined
}

function cardOf(fields: SessionFields): SessionFields | undefined {
  let at: SessionFields = fields
  for (const name of CARD) {
    const next = at[name]
    if (!isGroup(next)) return undefined
    at = next
  }
  return at
}

function withoutCodes(fields: SessionFields, depth: number): SessionFields {
  if (depth > DEPTH_MOST) throw new RangeError('fields nest too deep')
  const kept = Object.entries(fields).filter(([name]) => name !== CODE)
  return Object.fromEntries(kept.map(([name, value]) => [name, withoutCodesIn(value, depth + 1)]))
}

function withoutCodesIn(value: SessionValue, depth: number): SessionValue {
  if (isGroup(value)) return withoutCodes(value, depth)
  if (!Array.isArray(value)) return value
  if (depth > DEPTH_MOST) throw new RangeError('fields nest too deep')
  return value.map((one) => withoutCodesIn(one, depth + 1))
}

const isGroup = (value: SessionValue | undefined): value is SessionFields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
