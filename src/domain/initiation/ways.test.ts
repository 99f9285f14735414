/** Series, days to come, links, partners' own pages, banks that are entered first: on a real database with a scripted bank. */
import assert from 'node:assert/strict'
import test, { after, before, beforeEach } from 'node:test'
import type { BankAnswer, BankConnector, InitiateInput } from '../../infra/banks/connector.ts'
import { loadAgreement } from '../agreements/store.ts'
import type { Context } from '../context.ts'
import type { ErrorCode, PunteError } from '../errors.ts'
import { issueTokensAgain } from '../partners/tokens.ts'
import { type Fixture, openFixture, REQUEST, says, TERMS } from './fixture.ts'
import { cancelPayment } from './partner-calls/cancel.ts'
import { type InitiationRequest, initiatePayment } from './partner-calls/initiate.ts'
import { readStatus } from './partner-calls/status.ts'
import { abandonExpired, abandonPayment } from './payer/abandon.ts'
import { returnState } from './payer/capability.ts'
import { takeReturn } from './payer/return.ts'
import { submitPayment } from './payer/submit.ts'
import { nextAskOf } from './settling/asking.ts'
import { settle } from './settling/settle.ts'
import { listEvents, loadPayment, type PaymentKey, type PaymentRow } from './store.ts'

let f: Fixture
before(async () => {
  f = await openFixture()
})
after(() => f?.close())
beforeEach(() => f.reset())

const code = (wanted: ErrorCode) => (error: unknown) => {
  assert.equal((error as PunteError).code, wanted)
  return true
}
const PSU = { ip_address: '192.0.2.7' }
const days = (n: number) => new Date(f.now.getTime() + n * 86_400_000).toISOString().slice(0, 10)
const row = async (key: PaymentKey): Promise<PaymentRow> => (await loadPayment(f.context, key)) as PaymentRow
const initiate = (key: PaymentKey, more: Partial<InitiationRequest>) =>
  initiatePayment(f.context, { partner: f.partner, payment_id: key.payment_id, request: { ...REQUEST, ...more } })
const flagged = async (flag: 'is_link' | 'is_headless' | 'flexible_url'): Promise<PaymentKey> => {
  const key = await f.reserved()
  await f.context.db.query({
    text: `update payments set ${flag} = true where partner_id = $1 and payment_id = $2`,
    values: [key.partner_id, key.payment_id],
  })
  return key
}
const MONTHLY = () => ({ start_date: days(3), frequency: 'Monthly', day_of_execution: 15 }) as const

async function submitSeries(key: PaymentKey): Promise<PaymentRow> {
  const bank = f.context.banks.get('carpati') as BankConnector
  const terms = { ...TERMS, schedule: MONTHLY() }
  return submitPayment(f.context, { payment: await row(key), bank, terms, amount_minor: 12_345, psu: PSU })
}

test('a series is an agreement that lives as its order does', async () => {
  const key = await f.reserved()
  await initiate(key, { schedule: MONTHLY(), agreement_id: 'abonament-1' })
  const agreement = async () => loadAgreement(f.context, { partner_id: key.partner_id, agreement_id: 'abonament-1' })
  const before_payer = await agreement()
  assert.deepEqual(
    [before_payer?.rail, before_payer?.status, before_payer?.payment_frequency, before_payer?.fixed_amount_minor],
    ['account', 'PENDING', 'MONTHLY', 12_345],
  )
  await submitSeries(key)
  f.bank.status = [says('ACTC'), says('ACSP')]
  await settle(f.context, { ...key, cause: 'return' })
  assert.equal((await agreement())?.status, 'ACTIVE', 'a bank may let an order rest there')
  await settle(f.context, { ...key, cause: 'poll' })
  assert.equal((await agreement())?.status, 'ACTIVE')
  const status = await readStatus(f.context, key)
  assert.deepEqual([status.kind, status.agreement], ['recurring', { agreement_id: 'abonament-1', status: 'ACTIVE' }])
  f.bank.status = [says('CANC')]
  assert.deepEqual(await cancelPayment(f.context, { partner: f.partner, payment_id: key.payment_id }), {
    status: 'CANC',
    cancelled: true,
  })
  assert.equal((await agreement())?.status, 'CANCELLED')
  assert.equal((await row(key)).reason, 'CANCELLED_BY_PARTNER', 'the bank did what it was asked')
  const other = await f.reserved()
  await assert.rejects(initiate(other, { schedule: MONTHLY(), agreement_id: 'abonament-1' }), code('AGREEMENT_EXISTS'))
  assert.equal((await row(other)).requested_at, null)
})

test('a series that nobody agreed to is refused with its payment; one of a bank that does not know it is not sent', async () => {
  const key = await f.reserved()
  await initiate(key, { schedule: MONTHLY() })
  await abandonPayment(f.context, key)
  const agreement = await loadAgreement(f.context, { ...key, agreement_id: `account-${key.payment_id}` })
  assert.equal(agreement?.status, 'REFUSED')
  const { 'periodic-payments': _none, ...services } = f.bank.profile.services
  f.bank.profile = { ...f.bank.profile, services }
  const second = await f.reserved()
  await initiate(second, { schedule: MONTHLY() })
  await assert.rejects(submitSeries(second), code('BANK_NOT_OFFERED'))
  assert.equal((await row(second)).attempt_no, 0)
  await assert.rejects(
    initiate(await f.reserved(), { schedule: { ...MONTHLY(), start_date: days(-2) } }),
    code('FIELD_INVALID'),
  )
})

test('a series of which no day would ever come is refused, and one whose month is shorter than its day is not', async () => {
  const series = async (start_date: string, end_date: string, day_of_execution: number) => {
    const schedule = { start_date, end_date, day_of_execution, frequency: 'Monthly' } as const
    return initiate(await f.reserved(), { schedule })
  }
  const day = (months: number, date: number) =>
    new Date(Date.UTC(f.now.getUTCFullYear(), f.now.getUTCMonth() + months, date)).toISOString().slice(0, 10)
  const [tenth, last, before_last] = [day(2, 10), day(3, 0), day(3, -1)]
  await assert.rejects(
    series(tenth, before_last, 31),
    (error: PunteError) => error.code === 'FIELD_INVALID' && error.field === 'endDate',
  )
  await assert.rejects(series(tenth, day(3, 4), 5), code('FIELD_INVALID'))
  await series(tenth, last, 31)
  await series(tenth, day(3, 5), 5)
})

test('a series and a day to come are asked about for as long as they live, and not every minute', () => {
  const now = new Date('2026-03-01T10:00:00Z')
  const base = { status: 'ACSP', submitted_at: new Date('2026-02-01T10:00:00Z') } as const
  const hours = (at: Date | null) => (at === null ? null : (at.getTime() - now.getTime()) / 3_600_000)
  assert.equal(hours(nextAskOf({ ...base, kind: 'recurring', execution_date: null }, 'bank_executing', now, null)), 12)
  const later = { ...base, kind: 'single', execution_date: '2026-03-20' } as const
  assert.equal(hours(nextAskOf(later, 'bank_accepted', now, null)), 12)
  const tomorrow = { ...later, execution_date: '2026-03-02' }
  assert.equal(hours(nextAskOf(tomorrow, 'bank_accepted', now, null)), 11)
  const today = { ...later, execution_date: '2026-03-01' }
  assert.ok((hours(nextAskOf(today, 'bank_accepted', now, null)) ?? 99) < 1)
  assert.equal(nextAskOf({ ...base, kind: 'single', execution_date: null }, 'bank_executing', now, null), null)
})

test('a day to come: today is at once, past and far days are refused, and it can be cancelled until then', async () => {
  const key = await f.reserved()
  await initiate(key, { execution_date: days(5) })
  assert.equal((await row(key)).execution_date, days(5))
  await assert.rejects(initiate(await f.reserved(), { execution_date: days(-1) }), code('FIELD_INVALID'))
  await assert.rejects(initiate(await f.reserved(), { execution_date: days(400) }), code('FIELD_INVALID'))
  await f.submit(key)
  f.bank.status = [says('ACCP')]
  await settle(f.context, { ...key, cause: 'return' })
  const answer = await cancelPayment(f.context, { partner: f.partner, payment_id: key.payment_id })
  assert.deepEqual(answer, { status: 'ACCP', cancelled: false }, 'until the bank says so it is not cancelled')
  f.bank.status = [says('CANC')]
  await settle(f.context, { ...key, cause: 'poll' })
  const { status, reason } = await row(key)
  assert.deepEqual([status, reason], ['CANC', 'CANCELLED_AT_BANK'])
})

test('a link lives for its own time', async () => {
  const key = await flagged('is_link')
  const answer = await initiate(key, { link_hours: 48, send_link: true })
  assert.equal(answer.link_expires_at?.getTime(), f.now.getTime() + 48 * 3_600_000)
  assert.deepEqual(await f.tasksOf(key), ['send_payment_link'])
  assert.deepEqual(await initiate(key, { link_hours: 48, send_link: true }), answer)
  f.now = new Date(f.now.getTime() + 47 * 3_600_000)
  await abandonExpired(f.context, 100)
  assert.equal(await f.statusOf(key), 'INIT')
  f.now = new Date(f.now.getTime() + 2 * 3_600_000)
  await abandonExpired(f.context, 100)
  assert.equal(await f.statusOf(key), 'ABND')
  const plain = await f.reserved()
  const field = (name: string) => (error: PunteError) => error.code === 'FIELD_INVALID' && error.field === name
  await assert.rejects(initiate(plain, { send_link: true }), field('sendLink'))
  await assert.rejects(initiate(plain, { link_hours: 48 }), field('linkValidHours'))
  assert.equal((await row(plain)).requested_at, null)
  assert.equal((await initiate(plain, { send_link: false })).link_expires_at, undefined)
  assert.deepEqual(await f.tasksOf(plain), [], 'only links are mailed')
})

test('a free return address stays on the origins of the partner', async () => {
  const elsewhere = 'https://shop.example/other/page?order=7'
  await assert.rejects(initiate(await f.reserved(), { redirect_url: elsewhere }), code('REDIRECT_URL_NOT_REGISTERED'))
  const key = await flagged('flexible_url')
  await initiate(key, { redirect_url: elsewhere })
  assert.equal((await row(key)).redirect_url, elsewhere)
  for (const foreign of ['https://evil.example/back', 'https://shop.example.evil.test/', 'http://shop.example/back']) {
    await assert.rejects(
      initiate(await flagged('flexible_url'), { redirect_url: foreign }),
      code('REDIRECT_URL_NOT_REGISTERED'),
    )
  }
})

test("a partner's own page: the bank's address at once, the same again, and nothing half done", async () => {
  const key = await flagged('is_headless')
  const whole = { debtor_bank: 'carpati', terms_accepted: true } as const
  const ask = (more: object, psu: object | undefined = PSU) =>
    initiatePayment(f.context, {
      partner: f.partner,
      payment_id: key.payment_id,
      request: { ...REQUEST, ...more },
      ...(psu !== undefined && { psu: psu as typeof PSU }),
    })
  await assert.rejects(ask({ debtor_bank: 'carpati' }), (error: PunteError) => error.field === 'TCAccepted')
  await assert.rejects(ask({ terms_accepted: true }), (error: PunteError) => error.field === 'debtorBank')
  assert.equal((await row(key)).requested_at, null)
  f.bank.initiate = [{ kind: 'refused', http_status: 400, code: 'PAYMENT_FAILED', text: '' }]
  await assert.rejects(ask(whole), code('BANK_REFUSED'))
  f.reset()
  const answer = await ask(whole)
  assert.equal(answer.redirect_url, 'https://bank.example/sca')
  assert.deepEqual(await ask(whole), answer)
  assert.equal(f.bank.asked.initiate.length, 1)
  const state = returnState(f.context.keys, { ...key, attempt_no: 2 })
  assert.deepEqual(await takeReturn(f.context, { state }).asked, {
    url: `https://shop.example/back?paymentId=${key.payment_id}`,
  })
  const other = await f.reserved()
  assert.match(
    (await initiate(other, whole)).redirect_url ?? '',
    /\/payment-initiation\?/,
    'without the flag it is ours',
  )
  assert.equal((await row(other)).attempt_no, 0)
})

/** A bank that is entered first; what it was handed, and a refusal to give. */
function entering(): { context: Context; seen: InitiateInput[]; answer: BankAnswer<{ access: { token: string } }>[] } {
  const seen: InitiateInput[] = []
  const answer: BankAnswer<{ access: { token: string } }>[] = [{ kind: 'ok', value: { access: { token: 'leave' } } }]
  const plain = f.context.banks.get('carpati') as BankConnector
  const bank: BankConnector = {
    ...plain,
    beginAccess: async () => ({ kind: 'ok', value: { access: { verifier: 'v' }, url: 'https://bank.example/login' } }),
    finishAccess: async () => answer[0] as BankAnswer<{ access: { token: string } }>,
    initiate: (input) => {
      seen.push(input)
      return plain.initiate(input)
    },
  }
  return { context: { ...f.context, banks: { ...f.context.banks, get: () => bank } }, seen, answer }
}

async function enteringPayment(context: Context): Promise<{ key: PaymentKey; state: string; sent: PaymentRow }> {
  const key = await f.initiated()
  const bank = context.banks.get('carpati') as BankConnector
  const payment = await row(key)
  const sent = await submitPayment(context, { payment, bank, terms: TERMS, amount_minor: 12_345, psu: PSU })
  return { key, sent, state: returnState(context.keys, { ...key, attempt_no: sent.attempt_no }) }
}

test('a bank that is entered first: nothing is there until the payer is back, then on to its second page', async () => {
  const { context, seen } = entering()
  const { key, sent, state } = await enteringPayment(context)
  assert.deepEqual([sent.status, sent.attempt_state, seen.length], ['INIT', 'entering', 0])
  const come = () => takeReturn(context, { state, oauth: { code: 'c' } }).asked
  const [first, second] = await Promise.all([come(), come()])
  assert.deepEqual(first, { url: 'https://bank.example/sca' })
  assert.ok(second === undefined || second.url === first?.url)
  assert.equal(seen.length, 1, 'sent once')
  assert.deepEqual(seen[0]?.access, { token: 'leave' })
  const after_return = await row(key)
  assert.deepEqual([after_return.status, after_return.attempt_state], ['RCVD', 'open'])
})

test('a bank that is entered first: the payer says no, goes elsewhere, or never comes back', async () => {
  const { context, seen, answer } = entering()
  answer[0] = { kind: 'refused', http_status: 0, code: 'access_denied', text: '' }
  const refused = await enteringPayment(context)
  await takeReturn(context, { state: refused.state, oauth: { error: 'access_denied' } }).asked
  const back = await row(refused.key)
  assert.deepEqual([back.status, back.attempt_state, back.refusal], ['INIT', 'closed', 'REFUSED:access_denied'])
  answer[0] = { kind: 'ok', value: { access: { token: 'leave' } } }
  const left = await enteringPayment(context)
  await f.submit(left.key)
  assert.deepEqual([(await row(left.key)).attempt_no, (await row(left.key)).attempt_state], [2, 'open'])
  await takeReturn(context, { state: left.state, oauth: { code: 'late' } }).asked
  assert.equal(seen.length, 0, 'a late return of the bank he left sends nothing')
  const lost = await enteringPayment(context)
  f.now = new Date(f.now.getTime() + 31 * 60_000)
  await abandonExpired(context, 100)
  const gone = await row(lost.key)
  assert.deepEqual([gone.status, gone.attempt_state], ['ABND', 'closed'])
  await takeReturn(context, { state: lost.state, oauth: { code: 'late' } }).asked
  assert.equal(seen.length, 0)
})

test('where ACTC still waits for the payer, time passes as in RCVD', async () => {
  const key = await f.submitted()
  f.bank.status = [says('ACTC')]
  await settle(f.context, { ...key, cause: 'poll' })
  f.now = new Date(f.now.getTime() + 31 * 60_000)
  await abandonExpired(f.context, 100)
  assert.equal(await f.statusOf(key), 'ACTC', 'elsewhere the payer has agreed')
  f.bank.profile = { ...f.bank.profile, statuses: { unauthorised: ['ACTC'] } }
  await abandonExpired(f.context, 100)
  assert.equal(await f.statusOf(key), 'ABND')
})

test('the partner cancels: before any bank, while the payer is at one, and when nothing is left to cancel', async () => {
  const fresh = await f.initiated()
  const cancel = (key: PaymentKey) => cancelPayment(f.context, { partner: f.partner, payment_id: key.payment_id })
  assert.deepEqual(await cancel(fresh), { status: 'CANC', cancelled: true })
  assert.deepEqual(await cancel(fresh), { status: 'CANC', cancelled: true })
  const open = await f.submitted()
  assert.deepEqual(await cancel(open), { status: 'CANC', cancelled: true })
  assert.equal(f.bank.asked.cancel, 1)
  const events = await listEvents(f.context, open)
  assert.deepEqual(events.at(-1)?.cause, 'partner')
  f.bank.initiate = [{ kind: 'unknown', reason: 'TIMEOUT' }]
  await assert.rejects(cancel(await f.submitted()), code('PAYMENT_IN_PROGRESS'))
  f.reset()
  f.bank.status = [says('ACSC')]
  const paid = await f.submitted()
  await settle(f.context, { ...paid, cause: 'return' })
  assert.deepEqual(await cancel(paid), { status: 'ACSC', cancelled: false })
})

test('the same request is the same the day after, when its days are past; and what was opened late is paid at once', async () => {
  const dated = await flagged('is_link')
  const tomorrow = days(1)
  const first = await initiate(dated, { execution_date: tomorrow })
  const series = await f.reserved()
  const schedule = { start_date: tomorrow, frequency: 'Monthly' } as const
  const begun = await initiate(series, { schedule })
  f.now = new Date(f.now.getTime() + 3 * 86_400_000)
  assert.deepEqual(await initiate(dated, { execution_date: tomorrow }), first)
  assert.deepEqual(await initiate(series, { schedule }), begun)
  await assert.rejects(initiate(dated, { execution_date: days(-5) }), code('FIELD_INVALID'))
  const seen: InitiateInput[] = []
  const plain = f.context.banks.get('carpati') as BankConnector
  const { payments } = plain.profile.services
  const bank: BankConnector = {
    ...plain,
    profile: { ...plain.profile, services: { payments: { ...payments, future_dated: false } } },
    initiate: (input) => {
      seen.push(input)
      return plain.initiate(input)
    },
  }
  await submitPayment(f.context, { payment: await row(dated), bank, terms: TERMS, amount_minor: 12_345, psu: PSU })
  const order = seen[0]?.order
  assert.ok(order?.service === 'payments')
  assert.equal(order.requested_execution_date, undefined)
})

test('a new pair for a payment the partner has, also after its old one was revoked', async () => {
  const key = await f.submitted()
  const context = {
    ...f.context,
    settings: { ...f.context.settings, PUNTE_ACCESS_TOKEN_SECONDS: 300, PUNTE_PARTNER_URL: 'https://api.example' },
  }
  const again = () =>
    issueTokensAgain(context, { partner: f.partner, certificate_thumbprint: 'thumb', payment_id: key.payment_id })
  const pair = await again()
  assert.equal(pair.payment_id, key.payment_id)
  await f.context.db.query({
    text: 'update payments set tokens_revoked_at = now() where partner_id = $1 and payment_id = $2',
    values: [key.partner_id, key.payment_id],
  })
  await again()
  assert.equal((await readStatus(f.context, key)).tokens_revoked, false)
  const other = { ...f.partner, partner_id: f.partner.partner_id + 1 }
  await assert.rejects(
    issueTokensAgain(context, { partner: other, certificate_thumbprint: 'thumb', payment_id: key.payment_id }),
    code('PAYMENT_UNKNOWN'),
  )
})
