/** The proof that no money is lost: it agrees with a sound world, and names the one row that somebody has changed. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { atBank } from '../banks/browser.ts'
import { partnerOf } from '../banks/partner.ts'
import { CARRIED_OUT, gatewayAt } from '../cards/gateway.ts'
import { fetchJson, newEmail, type Parties } from '../world/parties.ts'
import { punteIn } from '../world/punte.ts'
import { type TestWorld, until } from '../world/world.ts'

const CARD = {
  'sourceOfFunds.type': 'CARD',
  'sourceOfFunds.provided.card.number': '5123450000000008',
  'sourceOfFunds.provided.card.expiry.month': '01',
  'sourceOfFunds.provided.card.expiry.year': '39',
  'sourceOfFunds.provided.card.securityCode': '739',
}

const DAY_MS = 86_400_000
const dayFromNow = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10)

export function proveTests(
  world: () => TestWorld,
  parties: () => Parties,
  pay: () => Promise<{ payment_id: number }>,
): void {
  const proveUpTo = (to: Date, ...more: readonly string[]) =>
    punteIn(world(), 'prove', '--to', to.toISOString(), '--ready-file', join(world().dir, 'ready.json'), ...more)
  const prove = (...more: readonly string[]) => proveUpTo(new Date(), ...more)

  async function payByCard(): Promise<string> {
    const { facts } = world()
    const gateway = gatewayAt(facts.card_api.url, readFileSync(facts.ca))
    const [merchant] = facts.card_api.merchants
    assert.ok(merchant !== undefined)
    const order_id = `proved-${randomUUID().slice(0, 8)}`
    const order = { 'order.id': order_id, 'order.amount': '10.00', 'order.currency': 'RON' }
    const answer = await gateway.ask('REST', merchant, 'PAY', { ...order, 'transaction.id': '1', ...CARD })
    gateway.close()
    assert.equal(answer.status, CARRIED_OUT.REST, answer.text)
    return order_id
  }

  describe('prove', () => {
    test('after payments on both rails all books agree', async () => {
      const { payment_id } = await pay()
      await payByCard()
      const { stdout } = await until('the agreement of all books', async () => {
        const ran = await prove()
        return ran.code === 0 && ran.stdout.endsWith('all books agree\n') ? ran : undefined
      })
      assert.match(stdout, /^account rail, paid: (\d+\.\d\d) RON; by the banks' books \1 RON$/m)
      assert.match(stdout, /^card rail, captured less refunded: (\d+\.\d\d) RON; by the acquirers' books \1 RON$/m)
      // A statement of the payee's account, and one from which the payment is missing.
      const { debits } = await parties().atBank('carpati', payment_id)
      const [debit] = debits
      assert.ok(debit !== undefined)
      const file = join(world().dir, 'statement.xml')
      writeFileSync(file, statementOf(debit.creditor_iban, await entriesOf(debit.creditor_iban)))
      const sound = await prove('--camt', file)
      assert.equal(sound.code, 0, sound.stdout + sound.stderr)
      writeFileSync(file, readFileSync(file, 'utf8').replace(debit.end_to_end_id, 'NOTPROVIDED'))
      const { code, stdout: told } = await prove('--camt', file)
      assert.equal(code, 1)
      assert.match(
        told,
        new RegExp(`^payment_not_in_book  payment \\d+/${payment_id}  .*statement.xml: no credit$`, 'm'),
      )
      assert.ok(!told.includes(debit.creditor_iban) && !told.includes(debit.debtor_iban))
    })

    test('one changed row is named, on either rail', async () => {
      const { payment_id } = await pay()
      const order_id = await payByCard()
      await until('the agreement of all books', async () => (await prove()).code === 0)
      const change = 'update payments set amount_minor = amount_minor + $2 where payment_id = $1'
      const changeOrder = `update card_orders set amount_minor = amount_minor + $2, authorized_minor = authorized_minor + $2,
        captured_minor = captured_minor + $2 where order_id = $1`
      await assert.rejects(parties().query(change, [payment_id, 1]), /what is paid stays as it is/)
      // Whoever owns the database can take away what keeps a paid payment as it is.
      await parties().query('alter table payments disable trigger payments_paid_once')
      await parties().query(change, [payment_id, 1])
      await parties().query(changeOrder, [order_id, 1])
      try {
        const { code, stdout } = await until('a comparison of the order', async () => {
          const ran = await prove()
          return ran.stdout.includes(order_id) ? ran : undefined
        })
        assert.equal(code, 1)
        assert.match(
          stdout,
          new RegExp(`^amount_differs  payment \\d+/${payment_id}  punte: ACSC 20.00 RON.*19.99 RON`, 'm'),
        )
        assert.match(stdout, new RegExp(`^order_differs  order TESTMERCHANT/${order_id} 1  punte: .*10.01.*10.00`, 'm'))
        assert.match(stdout, /^acquirer_totals_differ /m)
        assert.match(stdout, /^3 disagreements$/m)
      } finally {
        await parties().query(change, [payment_id, -1])
        await parties().query(changeOrder, [order_id, -1])
        await parties().query('alter table payments enable trigger payments_paid_once')
      }
    })

    test('a list of which some is paid, and a series, are compared as what they are', async () => {
      const partner = partnerOf(world())
      const list = await partner.startList(['0.20', '9.00', '0.10'])
      await atBank(list.payer, parties().person('carpati', 'sorin'), newEmail('lista'), 'approve')
      const series = await partner.startDaily(dayFromNow(2), dayFromNow(20))
      await atBank(series.payer, parties().person('ING', 'irina'), newEmail('abonament'), 'approve')
      await until('a list in part', async () => (await partner.status(list)).status === 'PART')
      await until('an active series', async () => (await partner.status(series)).agreement?.status === 'ACTIVE')
      await partner.close()
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify({ today: dayFromNow(4) })
      await fetchJson(`${parties().bankUrl('ING')}/sandbox/calendar`, { method: 'POST', headers, body })
      const later = () => proveUpTo(new Date(Date.now() + 10 * DAY_MS))
      await until('the agreement of all books', async () => (await later()).stdout.endsWith('all books agree\n'))

      const late = 'update agreements set start_date = start_date + $2::integer where payment_id = $1'
      const more = 'update payments set amount_minor = amount_minor + $2 where payment_id = $1'
      await parties().query(late, [series.payment_id, 1])
      await parties().query(more, [list.payment_id, 1])
      try {
        const { code, stdout } = await later()
        assert.equal(code, 1)
        assert.match(stdout, new RegExp(`^executed_too_early  payment \\d+/${series.payment_id}  `, 'm'))
        assert.match(
          stdout,
          new RegExp(`^list_differs  payment \\d+/${list.payment_id}  .*9.31 RON.*2 paid, 0 open$`, 'm'),
        )
      } finally {
        await parties().query(late, [series.payment_id, -1])
        await parties().query(more, [list.payment_id, -1])
      }
    })

    test('what is wrong with the command line or a book is said in a sentence', async () => {
      const wrong: readonly (readonly [readonly string[], number, RegExp])[] = [
        [['--bank', 'carpati'], 2, /--bank must be ID=FILE/],
        [['--bank', 'carpati=x.json'], 2, /given twice/],
        [['--from', 'yesterday'], 2, /--from must be/],
        [['--bank', 'strange=/nowhere.json'], 1, /nowhere\.json cannot be read/],
        [['--camt', join(world().dir, 'ready.json')], 1, /not well-formed XML/],
      ]
      for (const [args, expected, says] of wrong) {
        const { code, stderr } = await prove(...args)
        assert.equal(code, expected, args.join(' '))
        assert.match(stderr, says)
        assert.doesNotMatch(stderr, /\bat .*\.ts:\d+/)
      }
    })
  })

  type Debit = { end_to_end_id: string; amount_minor: number; creditor_iban: string; at: string }

  async function entriesOf(iban: string): Promise<readonly Debit[]> {
    const ledgers = world().facts.banks.map(({ url }) => fetchJson<{ debits: Debit[] }>(`${url}/sandbox/ledger`))
    return (await Promise.all(ledgers)).flatMap(({ debits }) => debits).filter((debit) => debit.creditor_iban === iban)
  }
}

function statementOf(
  iban: string,
  entries: readonly { end_to_end_id: string; amount_minor: number; at: string }[],
): string {
  const booked = entries.map(
    ({ end_to_end_id, amount_minor, at }) => `<Ntry><Amt Ccy="RON">${(amount_minor / 100).toFixed(2)}</Amt>
      <CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><DtTm>${at}</DtTm></BookgDt>
      <NtryDtls><TxDtls><Refs><EndToEndId>${end_to_end_id}</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>`,
  )
  const day_ms = 86_400_000
  const time = (from_now_ms: number) => new Date(Date.now() + from_now_ms).toISOString()
  return `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>
    <Stmt><FrToDt><FrDtTm>${time(-day_ms)}</FrDtTm><ToDtTm>${time(day_ms)}</ToDtTm></FrToDt><Acct><Id><IBAN>${iban}</IBAN></Id></Acct>
    ${booked.join('')}</Stmt></BkToCstmrStmt></Document>`
}
