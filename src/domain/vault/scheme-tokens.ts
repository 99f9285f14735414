/**
 * Scheme tokens: behind a gateway token the card scheme's own for the same card, under which its payments then go out, and
 * which the scheme keeps pointing at the card when that is reissued. Asked for after the fact, by a job that the token's
 * own statement left (store.ts): a payment meanwhile goes out under the card.
 */
import { createHash } from 'node:crypto'
import type { AcquirerConnector, AcquirerLink } from '../../infra/acquirers/connector.ts'
import type { JobTask } from '../../infra/jobs/worker.ts'
import type { Context } from '../context.ts'
import { readCardNumber } from './card-number.ts'
import { sealForMerchant } from './data-keys.ts'
import { detokenize } from './detokenize.ts'
import { type SchemeToken, schemeTokenAbout } from './sealed.ts'
import { loadToken, recordSchemeToken } from './store.ts'
import type { CardToken } from './token.ts'

/** At once in a process: an acquirer that does not answer holds no more than this. */
const CONCURRENCY = 4

/** Tasks for `startWorker`: `scheme_token_issue`, in a lane of its own since it waits on acquirers. */
export function vaultTasks(context: Context): Record<'scheme_token_issue', JobTask> {
  return {
    scheme_token_issue: {
      lane: 'vault',
      concurrency: CONCURRENCY,
      run: (payload, { last_attempt }) => issueSchemeToken(context, readKey(payload), last_attempt),
    },
  }
}

/**
 * Asks the merchant's first acquirer for a scheme token and stores it. A refusal leaves the token without one. Repetition
 * is harmless: the same card under the same token is the same question.
 *
 * @throws Error where the acquirer did not say, so that the job comes again; after the last time there is none
 */
async function issueSchemeToken(
  context: Context,
  key: Pick<CardToken, 'partner_id' | 'token'>,
  last_attempt: boolean,
): Promise<void> {
  const token = await loadToken(context, key)
  if (token === undefined || token.scheme_token_state !== 'PENDING') return
  const { number_hash } = token
  const record = async (issued: SchemeToken | undefined): Promise<void> => {
    const { partner_id } = key
    const scheme_token_enc = issued
      ? await sealForMerchant(context, partner_id, JSON.stringify(issued), schemeTokenAbout(key.token))
      : null
    const scheme_token_state = issued ? 'ACTIVE' : 'NONE'
    await recordSchemeToken(context, { ...key, number_hash, scheme_token_enc, scheme_token_state })
  }
  try {
    await record(await askedFor(context, token))
  } catch (error) {
    if (!last_attempt) throw error
    await record(undefined)
  }
}

async function askedFor(context: Context, token: CardToken): Promise<SchemeToken | undefined> {
  const way = acquirerOf(context, token.partner_id)
  if (way?.connector.issueSchemeToken === undefined) return undefined
  const card = await detokenize(context, token)
  if (card.expiry_month === undefined || card.expiry_year === undefined) return undefined
  const { number, expiry_month, expiry_year } = card
  const reference = referenceOf(token)
  const answer = await way.connector.issueSchemeToken({
    reference,
    link: way.link,
    number,
    expiry_month,
    expiry_year,
  })
  switch (answer.kind) {
    case 'issued':
      if (readCardNumber(answer.number) === undefined) throw new Error('scheme token: the number issued is none')
      return { number: answer.number, expiry_month: answer.expiry_month, expiry_year: answer.expiry_year }
    case 'refused':
      return undefined
    default:
      throw new Error(`scheme token: ${answer.kind}: ${answer.reason}`)
  }
}

/** Undefined: the merchant has no acquirer. @throws Error when one is named that this process does not have */
function acquirerOf(
  context: Context,
  partner_id: number,
): { connector: AcquirerConnector; link: AcquirerLink } | undefined {
  const merchant = context.merchants.byPartnerId(partner_id)
  if (merchant === undefined) throw new Error('scheme token: the merchant is not known in this process')
  const link = merchant.links[0]
  if (link === undefined) return undefined
  const connector = context.acquirers.get(link.acquirer_id)
  if (connector === undefined) throw new Error(`scheme token: there is no acquirer ${link.acquirer_id}`)
  const { acquirer_merchant_id, terminal_id } = link
  return { connector, link: { acquirer_merchant_id, terminal_id } }
}

// A UUID (version 8) of what is asked: again the same for the same card, another once the card is another. Of the keyed
// hash, so it tells nobody the number.
function referenceOf({ partner_id, token, number_hash, expiry_month, expiry_year }: CardToken): string {
  const about = `${partner_id}:${token}:${number_hash.toString('hex')}:${expiry_month}:${expiry_year}`
  const bytes = createHash('sha256').update(`scheme-token:${about}`).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

function readKey(payload: unknown): Pick<CardToken, 'partner_id' | 'token'> {
  const { partner_id, token } = (payload ?? {}) as Record<string, unknown>
  if (typeof partner_id !== 'number' || typeof token !== 'string') throw new TypeError('not a job of scheme tokens')
  return { partner_id, token }
}
