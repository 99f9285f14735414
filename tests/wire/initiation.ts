/** What may be asked: initPayment and status, with every bad input, and what is no call of the interface at all. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { connect } from 'node:tls'
import { newEmail } from '../world/parties.ts'
import { comeBack, decideAtBank, payerAt } from '../world/payer.ts'
import { assertRefused } from './curl.ts'
import { INIT, payment, REDIRECT_URL, STATUS, TOKEN, type Wire } from './wire.ts'

const BAD_AMOUNTS = [
  '0',
  '-1',
  '0.001',
  '1e12',
  '1.005',
  '1000000000',
  '"text"',
  '"1,50"',
  '"1e3"',
  '""',
  'true',
  '[]',
  '1e-9',
]

export function initiationTests(wire: () => Wire): void {
  describe('initPayment and status', () => {
    test('in every spelling; the same request again answers the same, another one is a conflict', async () => {
      const { curl, certificates, newTokens, status } = wire()
      const tokens = await newTokens()
      const call = { as: certificates.good, token: tokens.access_token }
      const spelt = (name: string) =>
        ['/core/rest/api', '/core/rest/api/core'].flatMap((base) => [
          `/gateway${base}/${name}/${tokens.paymentId}`,
          `${base}/${name}/${tokens.paymentId}`,
        ])
      const addresses = new Set<string>()
      for (const path of spelt('initPayment')) {
        const answer = await curl(path, { ...call, json: payment() })
        assert.equal(answer.status, 200, answer.text)
        assert.equal(answer.json.status, 200)
        assert.equal(answer.json.result.redirectUri, answer.json.redirectUri)
        addresses.add(answer.json.redirectUri)
      }
      assert.equal(addresses.size, 1)
      for (const changes of [{ amount: 12.51 }, { details: 'Alta' }, { redirectURL: `${REDIRECT_URL}/alta` }])
        assertRefused(await curl(INIT + tokens.paymentId, { ...call, json: payment(changes) }), 409, 'PAYMENT_CONFLICT')
      for (const path of spelt('status')) {
        const { json } = await curl(path, call)
        assert.deepEqual(
          { said: json.messageStatus, status: json.result.paymentStatus, amount: json.result.amount },
          { said: 'INIT', status: 'INIT', amount: 12.5 },
        )
      }
      assert.equal((await status(tokens)).json.result.paymentId, tokens.paymentId)
    })

    test('refuses every bad amount', async () => {
      const { newTokens, init } = wire()
      for (const amount of BAD_AMOUNTS) {
        const body = JSON.stringify(payment({ amount: 0 })).replace('"amount":0', `"amount":${amount}`)
        const args = ['--header', 'Content-Type: application/json', '--data-binary', body]
        const answer = await init(await newTokens(), undefined, { args })
        const code = amount === '""' ? 'FIELD_REQUIRED' : 'AMOUNT_INVALID'
        assertRefused(answer, 400, code, 'amount')
      }
    })

    test('refuses bad fields, each by its name; a refused request may be mended', async () => {
      const { newTokens, init } = wire()
      const cases: readonly [Record<string, unknown>, string, string][] = [
        [{ details: 'ă'.repeat(141) }, 'FIELD_INVALID', 'details'],
        [{ details: '🍎🍏' }, 'FIELD_INVALID', 'details'],
        [{ details: null }, 'FIELD_REQUIRED', 'details'],
        [{ details: 7 }, 'FIELD_INVALID', 'details'],
        [{ creditorName: ' ' }, 'FIELD_REQUIRED', 'creditorName'],
        [{ creditorName: 'x'.repeat(71) }, 'FIELD_INVALID', 'creditorName'],
        [{ creditorIban: 'RO09PORL7789778256833566' }, 'IBAN_INVALID', 'creditorIban'],
        [{ creditorIban: 'DE89370400440532013000' }, 'IBAN_NOT_ROMANIAN', 'creditorIban'],
        [{ debtorIban: 'RO00' }, 'IBAN_INVALID', 'debtorIban'],
        [{ psuEmail: 'fara-arond' }, 'FIELD_INVALID', 'psuEmail'],
        [{ debtorBank: 'nicio-banca' }, 'BANK_UNKNOWN', 'debtorBank'],
        [{ currency: 'EUR' }, 'FIELD_INVALID', 'currency'],
        [{ Frequency: 'Monthly' }, 'FIELD_REQUIRED', 'startDate'],
        [{ bulk: true }, 'FEATURE_UNSUPPORTED', 'bulk'],
        [{ externalPaymentID: 1 }, 'FIELD_INVALID', 'externalPaymentID'],
        ...[
          'https://sarma.example/plati',
          'http://localhost:9/sarma/platinum',
          'http://localhost:9/sarma/plati/../../altul',
          'http://localhost:9@evil.example/sarma/plati',
          'http://user@localhost:9/sarma/plati',
          'javascript:alert(1)',
          'nu e adresa',
        ].map(
          (redirectURL) =>
            [{ redirectURL }, 'REDIRECT_URL_NOT_REGISTERED', 'redirectURL'] as [
              object & Record<string, unknown>,
              string,
              string,
            ],
        ),
      ]
      const tokens = await newTokens()
      for (const [changes, code, field] of cases) assertRefused(await init(tokens, payment(changes)), 400, code, field)
      assert.equal((await init(tokens, payment({ details: 'ă'.repeat(140) }))).status, 200)
    })

    test('diacritics and emoji: the bank gets what every bank takes, people keep their letters', async () => {
      const { newTokens, init, status, parties } = wire()
      const tokens = await newTokens()
      const creditorName = 'Ștefan & Țuică „Bună” SRL'
      const details = 'Mere 🍎 și pâine – 3 bucăți'
      const { json } = await init(tokens, payment({ creditorName, details }))
      const payer = payerAt(json.redirectUri)
      const { values } = await payer.view()
      assert.deepEqual([values.creditorName, values.details], [creditorName, details])
      const ana = parties.person('carpati', 'ana')
      const page = await comeBack(await decideAtBank(await payer.toBank(ana, newEmail('litere')), ana, 'approve'))
      assert.equal(new URL(page).searchParams.get('payment'), String(tokens.paymentId))
      await parties.assertDebitedOnce(ana, tokens.paymentId, 1250)
      const ledger = parties.ordersInLedger('carpati')
      assert.match(ledger, /Stefan \+ Tuica 'Buna' SRL/)
      assert.match(ledger, /Mere .*si paine - 3 bucati/)
      assert.doesNotMatch(ledger, /Țuică|🍎/)
      const { messageStatus, result } = (await status(tokens)).json
      assert.deepEqual([messageStatus, result.paymentStatus, result.amount], ['SUCCESS', 'ACSC', 12.5])
      const [held] = (await parties.atBank('carpati', tokens.paymentId)).payments
      assert.equal(result.bankReference, held?.payment_id)
    })
  })

  describe('what is no call of the interface', () => {
    test('unknown paths and wrong methods: the envelope', async () => {
      const { curl, certificates } = wire()
      const as = certificates.good
      for (const path of [
        '/',
        '/gateway',
        '/core/rest/api/nothing',
        `/${'x'.repeat(4000)}`,
        '/%zz',
        '/core/../../etc/passwd',
      ])
        assertRefused(await curl(path, { as }), 404, 'ROUTE_UNKNOWN')
      const wrong = await curl(TOKEN, { as })
      assertRefused(wrong, 405, 'METHOD_NOT_ALLOWED')
      assert.equal(wrong.headers.allow, 'POST')
      assertRefused(await curl(`${STATUS}1`, { as, method: 'DELETE' }), 405, 'METHOD_NOT_ALLOWED')
    })

    test('bodies that cannot be read, are too large, or of another kind: the envelope', async () => {
      const { newTokens, init, ssl } = wire()
      const tokens = await newTokens()
      const send = (type: string, body: string) =>
        init(tokens, undefined, { args: ['--header', `Content-Type: ${type}`, '--data-binary', body] })
      assertRefused(await send('application/json', '{"amount":'), 400, 'BODY_MALFORMED')
      assertRefused(await send('application/json', '7'), 400, 'BODY_MALFORMED')
      assertRefused(await send('application/json', '[{"amount":1}]'), 400, 'FIELD_REQUIRED')
      assertRefused(await send('application/json', `@${ssl.file('good.csr')}`), 400, 'BODY_MALFORMED')
      assertRefused(await send('text/xml', '<amount>1</amount>'), 415, 'MEDIA_TYPE_UNSUPPORTED')
      assertRefused(await send('application/json; charset=utf-16', '{}'), 415, 'MEDIA_TYPE_UNSUPPORTED')
      writeFileSync(ssl.file('large.json'), JSON.stringify(payment({ filling: 'x'.repeat(600_000) })))
      assertRefused(await send('application/json', `@${ssl.file('large.json')}`), 413, 'BODY_TOO_LARGE')
      assert.equal((await init(tokens, payment())).status, 200)
    })

    test('a client that drips its request is cut off, and others are served meanwhile', async () => {
      const { world, certificates, newTokens } = wire()
      const { hostname, port } = new URL(world.facts.partner_api.url)
      const socket = connect({
        host: hostname,
        port: Number(port),
        ca: readFileSync(world.facts.ca),
        cert: readFileSync(certificates.good.certificate),
        key: readFileSync(certificates.good.private_key),
      })
      const ended = new Promise<string>((resolve) => {
        let said = ''
        socket.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')))
        socket.on('close', () => resolve(said))
        socket.on('error', () => {})
      })
      socket.write(
        `POST ${TOKEN} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 500\r\n\r\n`,
      )
      const drip = setInterval(() => socket.write('c'), 500)
      assert.ok((await newTokens()).paymentId > 0)
      // At this pace the body would take four minutes to come.
      const said = await ended
      clearInterval(drip)
      assert.match(said, /^HTTP\/1\.1 408 [\s\S]*"messageStatus":"ERROR"/)
    })

    test('the documentation is served with everything it needs', async () => {
      const { curl } = wire()
      const docs = await curl('/docs/')
      assert.equal(docs.status, 200)
      assert.doesNotMatch(docs.text, /(src|href)="https?:/)
      const openapi = (await curl('/docs/openapi.json')).json
      assert.match(openapi.openapi, /^3\.1/)
    })
  })
}
