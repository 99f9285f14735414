/** Bodies that are not what they say, addresses that lead nowhere; and what real clients get wrong, which is let pass. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Answer, assertRefused, assertSays, basic, nest } from './gateway.ts'
import { type Cards, cardFields, LEI, newId, newNumber, newOrder } from './world.ts'

const FORM = 'application/x-www-form-urlencoded'

export function encodingTests(cards: () => Cards): void {
  const transaction = (order = newId('C')) =>
    `/api/rest/version/100/merchant/${cards().shop.id}/order/${order}/transaction/1`
  const put = (body: string | Buffer, headers: Record<string, string> = {}, path = transaction()): Promise<Answer> =>
    cards().gateway.raw({ path, body, headers: { authorization: basic(cards().shop), ...headers } })
  const post = (body: string | Buffer, charset = ''): Promise<Answer> =>
    cards().gateway.raw({
      method: 'POST',
      path: '/api/nvp/version/100',
      body,
      headers: { 'content-type': FORM + charset },
    })
  const payment = () => ({ ...LEI('10.00'), 'sourceOfFunds.type': 'CARD', ...cardFields(newNumber()) })
  const json = (changes: object = {}) => JSON.stringify({ apiOperation: 'PAY', ...nest(payment()), ...changes })
  const form = (more: Readonly<Record<string, string>> = {}): string => {
    const { id, password } = cards().shop
    const named = { merchant: id, apiPassword: password, apiOperation: 'PAY', ...newOrder(), ...payment(), ...more }
    const pairs = Object.entries(named).map(([name, value]): [string, string] => [name, String(value)])
    return new URLSearchParams(pairs).toString()
  }

  describe('encodings', { concurrency: 2 }, () => {
    test('JSON that is none, says a thing twice, or has no bottom', async () => {
      const says = (pattern: RegExp) => ({ says: pattern })
      const doubled = json().replace('"apiOperation":"PAY"', '"apiOperation":"PAY","apiOperation":"VERIFY"')
      assertRefused(await put(doubled), says(/^Json encoded payload error: .*[Dd]uplicate/))
      const twice = json().replace('"amount":"10.00"', '"amount":"10.00","amount":"1.00"')
      assertRefused(await put(twice), says(/^Json encoded payload error/))
      const deep = `${'{"a":'.repeat(1_000)}1${'}'.repeat(1_000)}`
      assertRefused(await put(deep), says(/^Json encoded payload error/))
      assertRefused(await put(`${'['.repeat(1_000)}${']'.repeat(1_000)}`), says(/^Json encoded payload error/))
      assertRefused(await put('{"apiOperation":PAY}'), says(/Unexpected character 'P' at \[character 17 line 1\]/))
      for (const body of ['"text"', '7', '[1]', '{', json().slice(0, -1), `${json()}{}`, '{"a":"\u0000"}'])
        assertRefused(await put(body), says(/^Json encoded payload error/), body.slice(0, 20))
      const latin = Buffer.from(json({ order: { description: 'Pâine', ...LEI_NESTED } }), 'latin1')
      assertRefused(await put(latin), says(/^Json encoded payload error/))
    })

    test('two megabytes are not read', async () => {
      const padded = json().replace('{', `{${' '.repeat(2 * 1024 * 1024)}`)
      for (const answer of [await put(padded), await post(`${form()}&x=${'x'.repeat(2 * 1024 * 1024)}`)]) {
        assert.equal(answer.status, 413, answer.text)
        assert.equal(answer.at('result'), 'ERROR')
        assert.equal(answer.at('error.cause'), 'INVALID_REQUEST')
      }
    })

    test('forms: names twice, gaps, bytes of another alphabet, NUL', async () => {
      for (const [more, field] of [
        ['order.amount=10.00', 'order.amount'],
        ['order=7', 'order'],
        ['order.amount.x=1', 'order.amount.x'],
        ['order.item[1].name=Mere', 'order.item[0]'],
        ['order.item[0].name=Mere&order.item[2].name=Pere', 'order.item[1]'],
      ] as const)
        assertRefused(await post(`${form()}&${more}`), { field, type: 'INVALID' }, more)
      for (const more of ['order.description=%00', 'order.description=a%0', 'order.description=%ZZ', 'order%00.x=1'])
        assertRefused(await post(`${form()}&${more}`), { says: /^Form encoded payload error/ }, more)
      for (const more of ['order.item[-1].name=x', 'order.item[01].name=x', 'order..amount=1', 'order.[0]=1'])
        assert.equal((await post(`${form()}&${more}`)).status, 400, more)
      const latin = Buffer.from(`${form()}&order.description=P\u00e2ine`, 'latin1')
      const read = await post(latin, '; charset=ISO-8859-1')
      assertSays(read, { result: 'SUCCESS', 'order.description': 'Pâine' })
      assertRefused(await post(latin, '; charset=UTF-8'), { says: /UTF-8/ })
      const unicode = await post(form({ 'order.description': 'Pâine și ouă' }), '; charset=UTF-8')
      assertSays(unicode, { result: 'SUCCESS', 'order.description': 'Pâine și ouă' })
    })

    test('what real clients send is let pass', async () => {
      const lenient = [
        { billing: {}, shipping: [], customer: null, '3DSecureId': null, device: { browser: null } },
        { billing: { address: [] }, correlationId: 'abc' },
      ]
      for (const changes of lenient) assertSays(await put(json(changes)), { result: 'SUCCESS' })
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'nonsense',
        'application/json; charset=ISO-8859-1',
      ])
        assertSays(await put(json(), { 'content-type': type }), { result: 'SUCCESS' })
      const order = newId('C')
      assertSays(await put(json({ apiOperation: 'AUTHORIZE' }), {}, `${transaction(order)}/`), { result: 'SUCCESS' })
      const empty = { sourceOfFunds: { provided: { card: {} } }, transaction: { amount: 10, currency: 'RON' } }
      const capture = JSON.stringify({ apiOperation: 'CAPTURE', ...empty })
      const captured = await put(capture, {}, transaction(order).replace('transaction/1', 'transaction/2'))
      assertSays(captured, { result: 'SUCCESS', 'order.status': 'CAPTURED' })
      const opened = await cards().gateway.raw({
        method: 'POST',
        path: `/api/rest/version/57/merchant/${cards().shop.id}/session/`,
        headers: { authorization: basic(cards().shop) },
      })
      assertSays(opened, { result: 'SUCCESS', 'session.updateStatus': 'NO_UPDATE' })
      assert.equal((await put(json(), { 'content-encoding': 'gzip' })).status, 415)
    })

    test('addresses: the segment that is wrong, the version that is not served, the method that is not', async () => {
      const merchant = `/api/rest/version/100/merchant/${cards().shop.id}`
      const at = (path: string, method = 'PUT') =>
        cards().gateway.raw({
          method,
          path,
          headers: { authorization: basic(cards().shop) },
          ...(method === 'PUT' && { body: '{}' }),
        })
      const checkout = await at(`${merchant}/order/${newId('C')}/checkout`)
      assertRefused(checkout, { status: 404, says: /^After url path .*, expected \/transaction$/ })
      for (const version of ['53', '101', '1', 'x', '054'])
        assertRefused(await at(transaction().replace('version/100', `version/${version}`)), {
          status: 404,
          says: new RegExp(`^Unsupported value for 'version = ${version}'`),
        })
      for (const version of ['54', '78', '100'])
        assertSays(await put(json(), {}, transaction().replace('version/100', `version/${version}`)), {
          result: 'SUCCESS',
          version,
        })
      const deleted = await at(`${merchant}/order/${newId('C')}/transaction/1`, 'DELETE')
      assertRefused(deleted, { status: 405 })
      assert.equal((await at('/api/nvp/version/100', 'GET')).status, 405)
      assert.equal((await at('/api/soap/version/100', 'PUT')).status, 404)
      const open = await cards().gateway.raw({ method: 'GET', path: '/api/rest/version/100/information' })
      assert.equal(open.status, 200)
      assertSays(open, { status: 'OPERATING' })
    })

    test('ids in the body that are not those of the address', async () => {
      for (const [changes, field] of [
        [{ merchant: 'ALTUL' }, 'merchant'],
        [{ order: { ...LEI_NESTED, id: 'ALTA' } }, 'order.id'],
        [{ transaction: { id: 'ALTA' } }, 'transaction.id'],
      ] as const)
        assertRefused(await put(json(changes)), { field, type: 'INVALID' })
    })
  })
}

const LEI_NESTED = { amount: '10.00', currency: 'RON' }
