/** A world with the card rail in it: its merchants, cards nobody else uses, and what the database and the acquirer hold. */
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fetchJson, partiesOf } from '../world/parties.ts'
import { punteIn } from '../world/punte.ts'
import { bootWorld, type TestWorld, until, type WorldOptions } from '../world/world.ts'
import { type Account, type Answer, assertSays, CARRIED_OUT, type Fields, gatewayAt, type Speech } from './gateway.ts'

export type Cards = Awaited<ReturnType<typeof bootCards>>

export type TransactionRow = {
  readonly type: string
  readonly state: string
  readonly result: string
  readonly source: string
  readonly stored_on_file: string | null
  readonly agreement_id: string | null
  readonly token: string | null
  readonly masked_number: string | null
  readonly trace_id: string | null
  readonly amount_minor: number
}

export type AgreementRow = {
  readonly type: string
  readonly rail: string
  readonly currency: string
  readonly payments_taken: number
  readonly masked_number: string
  readonly established_order_id: string | null
  readonly trace_id: string | null
  readonly number_of_payments: number | null
}

/** A message as the acquirer wrote it down. */
export type AcquirerMessage = {
  readonly reference: string
  readonly kind: string
  readonly amount_minor: number
  readonly effective: boolean
  readonly responseCode: string
  readonly traceId?: string
  readonly card?: { readonly masked_number: string; readonly scheme_token?: string }
  readonly initiation?: {
    readonly source: string
    readonly by: 'cardholder' | 'merchant'
    readonly stored_on_file: string
    readonly agreement_type?: string
    readonly trace_id?: string
  }
}

export async function bootCards(options: WorldOptions = {}) {
  const world = await bootWorld(options)
  const parties = partiesOf(world)
  const { facts } = world
  const gateway = gatewayAt(facts.card_api.url, readFileSync(facts.ca))
  const account = (id: string): Account => {
    const found = facts.card_api.merchants.find((one) => one.id === id)
    assert.ok(found !== undefined, `there is no merchant ${id}`)
    return found
  }
  const other = await addMerchant(world).catch(async (error: unknown) => {
    gateway.close()
    await parties.close()
    await world.remove()
    throw error
  })
  const partner = async (merchant_id: string): Promise<number> => {
    const sql = 'select partner_id from merchants where merchant_id = $1'
    const [row] = await parties.query<{ partner_id: number }>(sql, [merchant_id])
    assert.ok(row !== undefined)
    return row.partner_id
  }
  const messagesWhere = async (column: 'agreement_id' | 'order_id', merchant: Account, value: string) => {
    const rows = await parties.query<{ reference: string }>(
      `select reference from card_transactions where partner_id = $1 and ${column} = $2 order by submitted_at`,
      [await partner(merchant.id), value],
    )
    const books = rows.map(({ reference }) =>
      fetchJson<{ messages: AcquirerMessage[] }>(`${facts.acquirer.url}/admin/book?reference=${reference}`),
    )
    return (await Promise.all(books)).flatMap(({ messages }) => messages)
  }
  return {
    world,
    parties,
    gateway,
    /** All sources; tokens, scheme tokens. */
    shop: account('TESTMERCHANT'),
    /** Neither the MERCHANT source nor tokens. */
    plain: account('TESTNOMERCHANT'),
    /** As the first, and a stranger to it. */
    other,
    /** Transactions of an order, oldest first. */
    async transactions(merchant: Account, order_id: string): Promise<TransactionRow[]> {
      return parties.query<TransactionRow>(
        `select type, state, result, source, stored_on_file, agreement_id, token, masked_number, trace_id,
           amount_minor::integer
         from card_transactions where partner_id = $1 and order_id = $2 order by submitted_at`,
        [await partner(merchant.id), order_id],
      )
    },
    async agreement(merchant: Account, agreement_id: string): Promise<AgreementRow | undefined> {
      const [row] = await parties.query<AgreementRow>(
        `select type, rail, currency, payments_taken, masked_number, established_order_id, trace_id, number_of_payments
         from agreements where partner_id = $1 and agreement_id = $2`,
        [await partner(merchant.id), agreement_id],
      )
      return row
    },
    /** The messages of a series, in order, by the acquirer's own book. */
    atAcquirer: (merchant: Account, agreement_id: string) => messagesWhere('agreement_id', merchant, agreement_id),
    /** The messages of an order. */
    atAcquirerOf: (merchant: Account, order_id: string) => messagesWhere('order_id', merchant, order_id),
    /** Waits until the scheme has issued its own token behind a gateway token. */
    untilSchemeToken: (merchant: Account, token: string) =>
      until('a scheme token', async () => {
        const sql = 'select scheme_token_state as state from card_tokens where partner_id = $1 and token = $2'
        const [row] = await parties.query<{ state: string }>(sql, [await partner(merchant.id), token])
        return row?.state === 'ACTIVE'
      }),
    /** The bank sends the cardholder a new card for the old one. @returns its number, masked */
    async reissue(number: string): Promise<string> {
      const { card } = await fetchJson<{ card: { masked_number: string } }>(`${facts.acquirer.url}/admin/cards`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ action: 'reissue', number }),
      })
      return card.masked_number
    },
    /** As if the day had come: nobody can wait for it. */
    async expire(merchant: Account, agreement_id: string): Promise<void> {
      const sql = `update agreements set expiry_date = current_date - 2 where partner_id = $1 and agreement_id = $2`
      await parties.query(sql, [await partner(merchant.id), agreement_id])
    },
    async close() {
      gateway.close()
      await parties.close()
      await world.finish()
    },
  }
}

/** A third merchant, by command; the server learns of it without a restart. */
async function addMerchant(world: TestWorld): Promise<Account> {
  const id = 'TESTALTUL'
  const run = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await punteIn(world, 'merchant', ...args)
    assert.equal(code, 0, stderr)
    return stdout
  }
  const acquirer = ['--acquirer', 'sandbox', '--acquirer-merchant-id', '000000010000003', '--terminal', '10000003']
  const link = [...acquirer, '--sources', 'INTERNET,MERCHANT', '--currencies', 'RON']
  const tokens = ['--tokenization', 'PRESERVE_6_4']
  await run('add', '--client-id', 'libraria-semnata', '--merchant-id', id, '--name', 'Altul', ...tokens, ...link)
  const password = /API password +(\S+)/.exec(await run('password', id))?.[1]
  assert.ok(password !== undefined)
  return { id, password }
}

let last = 0

/** An id of an order or agreement that nobody else has. */
export function newId(name: string): string {
  last += 1
  return `${name}-${Date.now().toString(36)}-${last}`
}

/** Every card number that a test has used: none may be readable afterwards. */
export const usedNumbers: string[] = []

/** A card that nobody else of the world has. @param prefix its first digits: 512345 is a Mastercard, 450875 a Visa */
export function newNumber(prefix = '512345', length = 16): string {
  const free = length - prefix.length - 1
  const body = prefix + Array.from({ length: free }, () => randomInt(10)).join('')
  const number = body + luhnDigit(body)
  usedNumbers.push(number)
  return number
}

function luhnDigit(body: string): string {
  let sum = 0
  for (const [index, digit] of [...body].reverse().entries()) {
    const value = Number(digit) * (index % 2 === 0 ? 2 : 1)
    sum += value > 9 ? value - 9 : value
  }
  return String((10 - (sum % 10)) % 10)
}

export const masked = (number: string): string => number.slice(0, 6) + 'x'.repeat(number.length - 10) + number.slice(-4)

const CARD = 'sourceOfFunds.provided.card'

/** The fields `sourceOfFunds.provided.card.*` of a card; 01/39 is approved. */
export const cardFields = (number: string, month = 1, year = 39): Fields => ({
  [`${CARD}.number`]: number,
  [`${CARD}.expiry.month`]: String(month),
  [`${CARD}.expiry.year`]: String(year),
})

export const LEI = (amount: string): Fields => ({ 'order.amount': amount, 'order.currency': 'RON' })

/** A fresh order's ids. */
export const newOrder = (name = 'C'): Fields => ({ 'order.id': newId(name), 'transaction.id': '1' })

/** One way of speaking for one merchant: what a scenario is written in. */
export function speakerOf(cards: Cards, speech: Speech, as: Account) {
  const ask = (operation: string, fields: Fields = {}): Promise<Answer> =>
    cards.gateway.ask(speech, as, operation, fields)
  return {
    speech,
    as,
    ask,
    /** A PAY that must be approved. @returns its answer */
    async pay(fields: Fields, operation = 'PAY'): Promise<Answer> {
      const answer = await ask(operation, fields)
      assert.equal(answer.status, CARRIED_OUT[speech], answer.text.slice(0, 400))
      assertSays(answer, { result: 'SUCCESS', 'response.gatewayCode': 'APPROVED' })
      return answer
    },
    /** A gateway token of a card. */
    async tokenize(number: string, month = 1, year = 39): Promise<string> {
      const answer = await ask('TOKENIZE', { 'sourceOfFunds.type': 'CARD', ...cardFields(number, month, year) })
      assert.ok(answer.status === 200 || answer.status === 201, answer.text.slice(0, 400))
      const token = answer.at('token')
      assert.ok(token !== undefined)
      return token
    },
  }
}

export type Speaker = ReturnType<typeof speakerOf>
