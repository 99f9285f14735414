/** The rules of a partner's profile, field by field; and what is made where nothing is given. */
import { randomBytes } from 'node:crypto'
import { PunteError } from '../errors.ts'

const MAX_REDIRECT_URLS = 20

export function checkName(name: string): string {
  const trimmed = name.trim()
  if (trimmed === '') throw new PunteError('FIELD_REQUIRED', { field: 'name' })
  // Nothing unseen, which could have the payer read another name.
  if ([...trimmed].length > 70 || /[\p{Cc}\p{Bidi_Control}]/u.test(trimmed))
    throw invalid('name', 'must be at most 70 characters on one line')
  return trimmed
}

export function newClientId(name: string): string {
  const readable = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 32)
  return `${readable === '' ? 'partner' : readable}-${randomBytes(5).toString('hex')}`
}

/** https anywhere, http on this machine only; no credentials, no fragment. @throws PunteError FIELD_REQUIRED, FIELD_INVALID */
export function checkRedirectUrls(urls: readonly string[]): string[] {
  if (urls.length === 0) throw new PunteError('FIELD_REQUIRED', { field: 'redirect_urls' })
  if (urls.length > MAX_REDIRECT_URLS) throw invalid('redirect_urls', `must be at most ${MAX_REDIRECT_URLS}`)
  return urls.map((url) => checkPublicUrl('redirect_urls', url))
}

export function checkWebhookUrl(url: string): string {
  return checkPublicUrl('webhook_url', url)
}

export function checkPublicUrl(field: string, text: string): string {
  if (!URL.canParse(text) || text.length > 2048) throw invalid(field, 'must be an address')
  const url = new URL(text)
  const local = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && local))
    throw invalid(field, 'must be https, or http on this machine only')
  if (url.username !== '' || url.password !== '' || url.hash !== '' || text.includes('#'))
    throw invalid(field, 'must have no credentials and no fragment')
  return url.href
}

export function checkColour(colour: string): string {
  if (!/^#[0-9a-f]{6}$/i.test(colour)) throw invalid('colour', 'must be like #0b5cad')
  return colour.toLowerCase()
}

export function checkRate(rate: number): number {
  if (!Number.isInteger(rate) || rate < 1 || rate > 1_000_000)
    throw invalid('requests_per_minute', 'must be a whole number from 1')
  return rate
}

/** As the Standard Webhooks text asks: 24 random bytes behind `whsec_`. */
export function newWebhookSecret(): string {
  return `whsec_${randomBytes(24).toString('base64')}`
}

export function checkWebhookSecret(secret: string): string {
  if (!/^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/.test(secret))
    throw invalid('webhook_secret', 'must be whsec_ and 24 to 64 bytes in base64')
  return secret
}

export function invalid(field: string, text: string): PunteError {
  return new PunteError('FIELD_INVALID', { field, text: `${field} ${text}.` })
}
