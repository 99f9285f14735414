/**
 * A client of the card API as a merchant's programmer would write one: REST with JSON, version 100, Basic authentication.
 * It tells apart what the API refused (nothing was done) and what it was silent about (perhaps done: send the same again).
 */
import { Agent, request } from 'undici'
import { isRecord } from '../process/config.ts'

export type CardApiConfig = {
  readonly base_url: string
  readonly merchant_id: string
  readonly api_password: string
  readonly ca: Buffer
}

/** What may be shown of a card. */
export type MaskedCard = { readonly brand: string; readonly last_four: string; readonly expiry: string }

/** How a transaction stands. `PENDING` and `UNKNOWN` are not final: ask again. */
export type CardOutcome = {
  readonly result: 'SUCCESS' | 'FAILURE' | 'PENDING' | 'UNKNOWN'
  readonly gateway_code: string
  readonly card?: MaskedCard
}

/** What was typed; on its way through, never kept. */
export type TypedCard = {
  readonly number: string
  /** `MM` and `YY`. */
  readonly expiry_month: string
  readonly expiry_year: string
  readonly security_code: string
  readonly name_on_card: string
}

export type Fields = Readonly<Record<string, unknown>>
type TransactionIds = { readonly order_id: string; readonly transaction_id: string }

export type CardApi = {
  /** @returns the session's id */
  createSession(): Promise<string>
  fillSession(session_id: string, card: TypedCard): Promise<void>
  /** PAY, VERIFY and whatever else `body.apiOperation` says. The same ids and body again: the stored result. */
  transact(ids: TransactionIds, body: Fields): Promise<CardOutcome>
  /** @throws CardApiRefusal also where the transaction never came into being */
  retrieve(ids: TransactionIds): Promise<CardOutcome>
  /** Keeps the session's card in the gateway's vault. */
  tokenize(session_id: string): Promise<{ readonly token: string; readonly card: MaskedCard }>
  /** A token that is gone already counts as deleted. */
  deleteToken(token: string): Promise<void>
  close(): Promise<void>
}

/**
 * The API answered, and did nothing. Only the name of a field is kept: an explanation may quote what was typed.
 */
export class CardApiRefusal extends Error {
  readonly status: number
  readonly code: string
  readonly field: string | undefined
  constructor(status: number, code: string, field: string | undefined) {
    super(`card API: ${code}${field === undefined ? '' : ` ${field}`}`)
    this.name = 'CardApiRefusal'
    this.status = status
    this.code = code
    this.field = field
  }
}

/** No answer that says whether it was done. */
export class CardApiSilence extends Error {
  readonly code: string
  constructor(code: string) {
    super(`card API: ${code}`)
    this.name = 'CardApiSilence'
    this.code = code
  }
}

const CONNECT_TIMEOUT_MS = 3000
/** Longer than the gateway waits for its acquirer, so that most outcomes come with the answer. */
const ANSWER_TIMEOUT_MS = 12_000
const MAX_ANSWER_BYTES = 262_144
const CONNECTIONS = 8

export function createCardApi(config: CardApiConfig): CardApi {
  const agent = new Agent({ connect: { ca: config.ca, timeout: CONNECT_TIMEOUT_MS }, connections: CONNECTIONS })
  const root = `${config.base_url.replace(/\/+$/, '')}/api/rest/version/100/merchant/${encodeURIComponent(config.merchant_id)}`
  const authorization = `Basic ${Buffer.from(`merchant.${config.merchant_id}:${config.api_password}`).toString('base64')}`

  const call = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: Fields): Promise<Fields> => {
    const { status, text } = await request(root + path, {
      dispatcher: agent,
      method,
      headers: { authorization, accept: 'application/json', ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
      headersTimeout: ANSWER_TIMEOUT_MS,
      bodyTimeout: ANSWER_TIMEOUT_MS,
    })
      .then(async (response) => ({ status: response.statusCode, text: await readLimited(response.body) }))
      .catch((error: unknown) => {
        throw new CardApiSilence((error as { code?: string }).code ?? 'CONNECTION')
      })
    const answer = parsed(text)
    if (status >= 200 && status < 300 && answer !== undefined) return answer
    if (answer === undefined || status >= 500 || status === 429) throw new CardApiSilence(`HTTP_${status}`)
    const cause = textAt(answer, 'error.cause')
    if (cause === 'SERVER_BUSY' || cause === 'SERVER_FAILED') throw new CardApiSilence(cause)
    throw new CardApiRefusal(status, cause ?? 'INVALID_REQUEST', textAt(answer, 'error.field'))
  }
  const pathOf = ({ order_id, transaction_id }: TransactionIds): string =>
    `/order/${encodeURIComponent(order_id)}/transaction/${encodeURIComponent(transaction_id)}`

  return {
    createSession: async () => {
      const session_id = textAt(await call('POST', '/session'), 'session.id')
      if (session_id === undefined) throw new CardApiSilence('SESSION_WITHOUT_ID')
      return session_id
    },
    fillSession: async (session_id, card) => {
      const { number, expiry_month: month, expiry_year: year, security_code, name_on_card } = card
      const provided = { number, expiry: { month, year }, securityCode: security_code, nameOnCard: name_on_card }
      await call('PUT', `/session/${encodeURIComponent(session_id)}`, {
        sourceOfFunds: { type: 'CARD', provided: { card: provided } },
      })
    },
    transact: async (ids, body) => outcomeOf(await call('PUT', pathOf(ids), body)),
    retrieve: async (ids) => outcomeOf(await call('GET', pathOf(ids))),
    tokenize: async (session_id) => {
      const answer = await call('POST', '/token', { session: { id: session_id }, sourceOfFunds: { type: 'CARD' } })
      const token = textAt(answer, 'token')
      const card = maskedCard(answer)
      if (token === undefined || card === undefined) throw new CardApiSilence('TOKEN_WITHOUT_CARD')
      return { token, card }
    },
    deleteToken: async (token) => {
      try {
        await call('DELETE', `/token/${encodeURIComponent(token)}`)
      } catch (error) {
        if (!(error instanceof CardApiRefusal) || error.status === 401) throw error
      }
    },
    close: () => agent.destroy(),
  }
}

async function readLimited(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (length > MAX_ANSWER_BYTES) throw new Error('the answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parsed(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

function outcomeOf(answer: Fields): CardOutcome {
  const result = textAt(answer, 'result')
  const card = maskedCard(answer)
  return {
    // A result that this client does not know is no reason to believe in money.
    result: result === 'SUCCESS' || result === 'FAILURE' || result === 'PENDING' ? result : 'UNKNOWN',
    gateway_code: textAt(answer, 'response.gatewayCode') ?? 'UNKNOWN',
    ...(card && { card }),
  }
}

/** Transactions write the expiry as `{month, year}`, tokens as `MMYY`. */
function maskedCard(answer: Fields): MaskedCard | undefined {
  const at = (name: string): string | undefined => textAt(answer, `sourceOfFunds.provided.card.${name}`)
  const last_four = /(\d{4})$/.exec(at('number') ?? '')?.[1]
  if (last_four === undefined) return undefined
  const [, month = '', year = ''] = /^(\d\d)(\d\d)$/.exec(at('expiry') ?? '') ?? []
  const expiry = [at('expiry.month') ?? month, at('expiry.year') ?? year].map((part) => part.padStart(2, '0'))
  return { brand: at('brand') ?? at('scheme') ?? '', last_four, expiry: expiry.join('/') }
}

function textAt(value: unknown, path: string): string | undefined {
  const found = path.split('.').reduce<unknown>((inner, name) => (isRecord(inner) ? inner[name] : undefined), value)
  return typeof found === 'string' ? found : typeof found === 'number' ? String(found) : undefined
}
