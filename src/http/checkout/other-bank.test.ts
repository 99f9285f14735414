/** Two banks, one payment: which of them the page offers, and that however their answers fall it is taken once at most. */
import assert from 'node:assert/strict'
import test, { after, before, beforeEach } from 'node:test'
import fc from 'fast-check'
import type { Context } from '../../domain/context.ts'
import { ACCEPTED, type Fixture, numbered, REQUEST, says } from '../../domain/initiation/fixture.ts'
import { settle } from '../../domain/initiation/settling/settle.ts'
import { loadPayment, type PaymentKey } from '../../domain/initiation/store.ts'
import type { BankAnswer, BankConnector, BankProfile, Initiated } from '../../infra/banks/connector.ts'
import type { BankObstacle } from '../../infra/banks/health.ts'
import type { PaymentView, Refusal } from './contract.ts'
import { openPage, type PageWorld } from './testing/page.ts'

const IBANS = { carpati: REQUEST.debtor_iban, delta: 'RO74RNCB0000999900000001' } as const
type BankId = keyof typeof IBANS
const REFUSED: BankAnswer<Initiated> = { kind: 'refused', http_status: 403, code: 'SERVICE_BLOCKED', text: '' }
const NOT_SENT: BankAnswer<Initiated> = { kind: 'not_sent', reason: 'ECONNREFUSED' }
const UNKNOWN: BankAnswer<Initiated> = { kind: 'unknown', reason: 'timeout' }

let f: Fixture
let page: PageWorld
let obstacles: Partial<Record<BankId, BankObstacle>> = {}
/** What the next initiation comes to, and at which bank which of them were tried and taken. */
let next: BankAnswer<Initiated> = ACCEPTED
let tried: BankId[] = []
let taken: BankId[] = []

before(async () => {
  page = await openPage('Ecommerce', twoBanks)
  f = page.f
})
after(() => page?.close())
beforeEach(() => {
  f.reset()
  obstacles = {}
  next = ACCEPTED
  tried = []
  taken = []
})

function twoBanks(f: Fixture): Context['banks'] {
  const first = f.context.banks.get('carpati') as BankConnector
  const second: BankProfile = { ...first.profile, id: 'delta', name: 'Banca Delta', iban_codes: ['RNCB'] }
  const connector = (profile: BankProfile): BankConnector => ({
    ...first,
    profile,
    initiate: async ({ order }) => {
      const answer = numbered(next, order)
      tried.push(profile.id as BankId)
      if (answer.kind === 'ok') taken.push(profile.id as BankId)
      return answer
    },
  })
  const all = [first.profile, second]
  return {
    all: () => all,
    get: (id) => all.filter((bank) => bank.id === id).map(connector)[0],
    byIbanCode: (code) => all.find((bank) => bank.iban_codes.includes(code)),
    obstacle: ({ id }) => obstacles[id as BankId],
  }
}

const call: PageWorld['call'] = (key, path, body) => page.call(key, path, body)
const view = async (key: PaymentKey) => (await call<PaymentView>(key, '')).body
async function submit(key: PaymentKey, bankId: BankId) {
  const { pageToken } = await view(key)
  const given = { pageToken, bankId, debtorIban: IBANS[bankId], email: 'ion@example.ro' }
  return call<PaymentView & Refusal>(key, '/submit', { ...given, termsAccepted: true, language: 'ro' })
}
const offered = async (key: PaymentKey) =>
  (await view(key)).banks.map(({ id, available, unavailable }) => [id, available, unavailable])

test('a bank that does not answer, or is in maintenance, is shown as such, and a submit to it starts nothing', async () => {
  const key = await f.initiated()
  assert.deepEqual(await offered(key), [
    ['carpati', true, undefined],
    ['delta', true, undefined],
  ])
  for (const obstacle of ['NOT_RESPONDING', 'MAINTENANCE'] as const) {
    obstacles = { carpati: obstacle }
    assert.deepEqual(await offered(key), [
      ['carpati', false, obstacle],
      ['delta', true, undefined],
    ])
    const refused = await submit(key, 'carpati')
    assert.deepEqual([refused.status, refused.body.code], [409, 'BANK_UNAVAILABLE'])
  }
  assert.deepEqual(tried, [])
  assert.equal((await loadPayment(f.context, key))?.attempt_no, 0)
  assert.equal((await submit(key, 'delta')).body.step, 'authorise')
})

test('where no bank could be offered, all are', async () => {
  const key = await f.initiated()
  obstacles = { carpati: 'NOT_RESPONDING', delta: 'MAINTENANCE' }
  assert.deepEqual(
    (await offered(key)).map(([, available]) => available),
    [true, true],
  )
  assert.equal((await submit(key, 'carpati')).body.step, 'authorise')
})

test('after a refusal, and after a bank out of reach, the same payment goes to the other bank, and is paid once', async () => {
  const key = await f.initiated()
  next = REFUSED
  const refused = (await submit(key, 'carpati')).body
  assert.deepEqual([refused.step, refused.notice], ['form', 'BANK_REFUSED'])
  next = NOT_SENT
  const unreached = (await submit(key, 'carpati')).body
  assert.deepEqual([unreached.step, unreached.notice], ['form', 'BANK_UNAVAILABLE'])
  next = ACCEPTED
  assert.equal((await submit(key, 'delta')).body.step, 'authorise')
  assert.equal((await submit(key, 'carpati')).body.step, 'authorise', 'nothing new is started beside it')
  assert.deepEqual([tried, taken], [['carpati', 'carpati', 'delta'], ['delta']])
})

const ANSWERS = { taken: ACCEPTED, refused: REFUSED, not_sent: NOT_SENT, unknown: UNKNOWN }
const anyTry = fc.record({
  answer: fc.constantFrom(...(Object.keys(ANSWERS) as (keyof typeof ANSWERS)[])),
  banks: fc.array(fc.constantFrom<BankId>('carpati', 'delta'), { minLength: 1, maxLength: 3 }),
})

test('whatever banks answer and however many tabs submit: one attempt lives at a time, one bank takes it, one success', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyTry, { minLength: 1, maxLength: 6 }), async (tries) => {
      taken = []
      tried = []
      const key = await f.initiated()
      let over = false
      for (const { answer, banks } of tries) {
        next = ANSWERS[answer]
        const before = tried.length
        // As many tabs, in the same instant.
        await Promise.all(banks.map((bank_id) => submit(key, bank_id)))
        const reached = tried.length - before
        if (over) assert.equal(reached, 0, 'nothing follows an attempt that is, or may be, at a bank')
        else assert.ok(reached >= 1 && (answer === 'refused' || answer === 'not_sent' || reached === 1))
        over ||= answer === 'taken' || answer === 'unknown'
      }
      assert.ok(taken.length <= 1)
      f.bank.status = [says('ACSC')]
      for (const cause of ['return', 'poll'] as const) await settle(page.context, { ...key, cause })
      const { rows } = await f.context.db.query<{ successes: string }>({
        text: `select count(*) as successes from payment_events where payment_id = $1 and status = 'ACSC'`,
        values: [key.payment_id],
      })
      assert.equal(Number(rows[0]?.successes), taken.length)
    }),
    { numRuns: 25 },
  )
})
