/** Orders as they come in: pain.001 and its reader, multipart, what each fault is answered with. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { bulkBody, dayFromToday, initiateOrder, OTHER_CREDITOR, pain001, periodicBody } from '../../testing/orders.ts'
import { type CallAnswer, createPki, initiatePayment, paymentBody, startWorld } from '../../testing/world.ts'
import { validatorOf } from '../schema.ts'
import { parseXml, XmlFault } from './xml.ts'

const pki = await createPki()
const world = await startWorld(pki, 'carpati', {
  changes: { quirks: { signing: 'none' }, services: servicesOf('json', true) },
})
const xml_world = await startWorld(pki, 'carpati', {
  changes: { quirks: { signing: 'none' }, services: servicesOf('pain.001', false) },
})
after(async () => {
  await world.close()
  await xml_world.close()
})

function servicesOf(format: string, future_dated: boolean) {
  return {
    payments: { product: 'ron', format, future_dated },
    'bulk-payments': { product: 'ron', format, max_transfers: 3 },
    'periodic-payments': { product: 'ron', format },
  }
}

function assertRefused(answer: CallAnswer, code: string, path?: string, http_status = 400): void {
  const [message] = answer.json?.tppMessages ?? []
  assert.deepEqual([answer.status, message?.code], [http_status, code], answer.text)
  if (path !== undefined) assert.equal(message.path, path)
  if (http_status === 400) assert.ok(validatorOf('Error400_NG_PIS')(answer.json), answer.text)
}

test('bulk: every transfer is checked, and a bad one refuses the whole with its place', async () => {
  const initiate = (body: object) => initiateOrder(pki, world, 'bulk-payments', 'ana', { body })
  const three = (change: object) => {
    const body = bulkBody(world, 'ana', [100, 200, 300])
    return { ...body, payments: body.payments.map((one, no) => (no === 2 ? { ...one, ...change } : one)) }
  }
  assert.equal((await initiate(three({}))).status, 201)
  const faults: readonly (readonly [object, string])[] = [
    [{ creditorAccount: { iban: 'RO49AAAA1B31007593840001' } }, 'payments[2].creditorAccount.iban'],
    [{ creditorName: 'Librărie' }, 'payments[2].creditorName'],
    [{ creditorName: undefined }, 'payments[2].creditorName'],
    [{ instructedAmount: { currency: 'EUR', amount: '1' } }, 'payments[2].instructedAmount.currency'],
    [{ instructedAmount: { currency: 'RON', amount: '0.001' } }, 'payments[2].instructedAmount.amount'],
    [{ endToEndIdentification: 'E2E-0' }, 'payments[2].endToEndIdentification'],
    [{ debtorAccount: { iban: OTHER_CREDITOR } }, 'payments[2].debtorAccount'],
    [{ requestedExecutionDate: dayFromToday(1) }, 'payments[2].requestedExecutionDate'],
  ]
  for (const [change, path] of faults) assertRefused(await initiate(three(change)), 'FORMAT_ERROR', path)
  assertRefused(await initiate(bulkBody(world, 'ana', [1, 2, 3, 4])), 'FORMAT_ERROR', 'payments')
  assertRefused(await initiate(bulkBody(world, 'ana', [])), 'FORMAT_ERROR', 'payments')
  assertRefused(await initiate({ ...three({}), batchBookingPreferred: 'yes' }), 'FORMAT_ERROR', 'batchBookingPreferred')
  assertRefused(
    await initiate({ ...three({}), debtorAccount: { iban: 'RO98BTRL0000999900000001' } }),
    'RESOURCE_UNKNOWN',
  )
})

test('dates: past, no day of the calendar, not offered', async () => {
  const initiate = (at: typeof world, date: string) =>
    initiatePayment(pki, at, 'ana', { body: paymentBody(at, 'ana', { requestedExecutionDate: date }) })
  assert.equal((await initiate(world, dayFromToday(0))).status, 201)
  assert.equal((await initiate(world, dayFromToday(400))).status, 201)
  assertRefused(await initiate(world, dayFromToday(-1)), 'EXECUTION_DATE_INVALID', 'requestedExecutionDate')
  assertRefused(await initiate(world, '2030-02-30'), 'FORMAT_ERROR', 'requestedExecutionDate')
  const later = pain001(xml_world, 'ana', [100], dayFromToday(1))
  const headers = { 'content-type': 'application/xml' }
  const refused = await initiateOrder(pki, xml_world, 'payments', 'ana', { body: later, headers })
  assertRefused(refused, 'PARAMETER_NOT_SUPPORTED', 'CstmrCdtTrfInitn.PmtInf.ReqdExctnDt')
  const past = pain001(xml_world, 'ana', [100], dayFromToday(-3))
  assertRefused(
    await initiateOrder(pki, xml_world, 'payments', 'ana', { body: past, headers }),
    'EXECUTION_DATE_INVALID',
  )
})

test('periodic: period, frequency and day are checked', async () => {
  const initiate = (changes: object, start = dayFromToday(1)) =>
    initiateOrder(pki, world, 'periodic-payments', 'ana', { body: periodicBody(world, 'ana', start, changes) })
  assert.equal((await initiate({})).status, 201)
  assert.equal((await initiate({ dayOfExecution: '31', endDate: dayFromToday(90) })).status, 201)
  assertRefused(await initiate({}, dayFromToday(-1)), 'PERIOD_INVALID', 'startDate')
  assertRefused(await initiate({ endDate: dayFromToday(0) }), 'PERIOD_INVALID', 'endDate')
  const none_due = { dayOfExecution: '28', endDate: '2031-02-10' }
  assertRefused(await initiate(none_due, '2031-02-01'), 'PERIOD_INVALID', 'endDate')
  assertRefused(await initiate({ frequency: 'MonthlyVariable' }), 'FORMAT_ERROR', 'frequency')
  assertRefused(await initiate({ frequency: 'MNTH' }), 'FORMAT_ERROR', 'frequency')
  for (const dayOfExecution of ['05', '0', '32', 'x'])
    assertRefused(await initiate({ dayOfExecution }), 'FORMAT_ERROR', 'dayOfExecution')
  assertRefused(await initiate({ startDate: 'tomorrow' }), 'FORMAT_ERROR', 'startDate')
  assertRefused(await initiate({ requestedExecutionDate: dayFromToday(2) }), 'FORMAT_ERROR')
})

test('debtorName where the bank wants it, and only there', async () => {
  const named = await startWorld(pki, 'carpati', {
    changes: { quirks: { signing: 'none', debtor_name_required: true } },
  })
  after(() => named.close())
  const initiate = (at: typeof world, changes: object) =>
    initiatePayment(pki, at, 'ana', { body: paymentBody(at, 'ana', changes) })
  assertRefused(await initiate(named, {}), 'FORMAT_ERROR', 'debtorName')
  assert.equal((await initiate(named, { debtorName: 'Ana Munteanu' })).status, 201)
  assertRefused(await initiate(world, { debtorName: 'Ana Munteanu' }), 'FORMAT_ERROR', 'debtorName')
})

const ROOT = 'CstmrCdtTrfInitn'
const TRANSFER = `${ROOT}.PmtInf.CdtTrfTxInf`

test('pain.001: what is not as the standard orders it is refused with its place', async () => {
  const initiate = (body: string, service: 'payments' | 'bulk-payments' = 'payments') =>
    initiateOrder(pki, xml_world, service, 'ana', { body, headers: { 'content-type': 'application/xml' } })
  const one = pain001(xml_world, 'ana', [1250])
  const two = pain001(xml_world, 'ana', [1250, 3])
  assert.equal((await initiate(one)).status, 201)
  assert.equal((await initiate(two, 'bulk-payments')).status, 201)
  assertRefused(await initiate(two), 'FORMAT_ERROR', TRANSFER)
  assertRefused(await initiate(pain001(xml_world, 'ana', [1, 2, 3, 4]), 'bulk-payments'), 'FORMAT_ERROR', 'payments')
  const replaced: readonly (readonly [string | RegExp, string, string])[] = [
    ['pain.001.001.03', 'pain.001.001.09', 'Document'],
    ['<NbOfTxs>1', '<NbOfTxs>2', `${ROOT}.GrpHdr.NbOfTxs`],
    ['12.50</CtrlSum><InitgPty>', '12.51</CtrlSum><InitgPty>', `${ROOT}.GrpHdr.CtrlSum`],
    ['<CtrlSum>12.50</CtrlSum>\n', '<CtrlSum>12</CtrlSum>\n', `${ROOT}.PmtInf.CtrlSum`],
    ['Ccy="RON"', 'Ccy="EUR"', `${TRANSFER}[0].Amt.InstdAmt.Ccy`],
    ['Ccy="RON"', 'ccy="RON"', `${TRANSFER}[0].Amt.InstdAmt`],
    ['<PmtMtd>TRF</PmtMtd>', '', `${ROOT}.PmtInf.PmtMtd`],
    [
      '<PmtMtd>TRF</PmtMtd><BtchBookg>true</BtchBookg>',
      '<BtchBookg>true</BtchBookg><PmtMtd>TRF</PmtMtd>',
      `${ROOT}.PmtInf.PmtMtd`,
    ],
    ['<ChrgBr>SLEV</ChrgBr>', '<ChrgBr>DEBT</ChrgBr>', `${ROOT}.PmtInf.ChrgBr`],
    ['<ChrgBr>SLEV</ChrgBr>', '<Surprise/>', `${ROOT}.PmtInf.CdtTrfTxInf`],
    ['Furnizor 0', 'Furnizor ș', `${TRANSFER}[0].Cdtr.Nm`],
    ['Factura 0', 'x'.repeat(141), `${TRANSFER}[0].RmtInf.Ustrd`],
    ['RO49AAAA1B31007593840000', 'RO49AAAA1B31007593840001', `${TRANSFER}[0].CdtrAcct.Id.IBAN`],
    [/<BIC>.*?<\/BIC>/, '<BIC>OTHRROBU</BIC>', `${ROOT}.PmtInf.DbtrAgt.FinInstnId.BIC`],
    ['</RmtInf>', '</RmtInf><SplmtryData/>', `${TRANSFER}[0].SplmtryData`],
  ]
  for (const [from, to, path] of replaced) {
    const body = one.replace(from, to)
    assert.notEqual(body, one, String(from))
    assertRefused(await initiate(body), 'FORMAT_ERROR', path)
  }
  assertRefused(await initiate('{"not": "xml"}'), 'FORMAT_ERROR')
  assertRefused(
    await initiate(one.replace('<?xml version', '<!DOCTYPE x [<!ENTITY a "b">]><?xml version')),
    'FORMAT_ERROR',
  )
})

test('pain.001 in another format than the service has is a media type that is not known', async () => {
  const body = pain001(world, 'ana', [1250])
  const answer = await initiateOrder(pki, world, 'payments', 'ana', {
    body,
    headers: { 'content-type': 'application/xml' },
  })
  assertRefused(answer, 'FORMAT_ERROR', 'Content-Type', 415)
})

test('periodic in XML: two parts, message and standing order', async () => {
  const standing_order = JSON.stringify({ startDate: dayFromToday(1), frequency: 'Monthly', dayOfExecution: '5' })
  const part = (name: string, type: string, content: string) =>
    `--edge\r\nContent-Disposition: form-data; name="${name}"\r\nContent-Type: ${type}\r\n\r\n${content}\r\n`
  const message = part('xml_sct', 'application/xml', pain001(xml_world, 'ana', [4500], dayFromToday(1)))
  const schedule = part('json_standingorderType', 'application/json', standing_order)
  const initiate = (body: string, type = 'multipart/form-data; boundary=edge') =>
    initiateOrder(pki, xml_world, 'periodic-payments', 'ana', { body, headers: { 'content-type': type } })
  const accepted = await initiate(`${message}${schedule}--edge--\r\n`)
  assert.equal(accepted.status, 201, accepted.text)
  const information = await initiatePayment(pki, xml_world, 'ana', {
    method: 'GET',
    path: new URL(accepted.json._links.self.href).pathname,
    body: '',
  })
  assert.deepEqual([information.json.frequency, information.json.dayOfExecution], ['Monthly', '5'])
  assertRefused(await initiate(`${message}--edge--\r\n`), 'FORMAT_ERROR', 'json_standingorderType')
  assertRefused(await initiate(`${schedule}--edge--\r\n`), 'FORMAT_ERROR', 'xml_sct')
  assertRefused(await initiate(`${message}${message}--edge--\r\n`), 'FORMAT_ERROR')
  assertRefused(await initiate(`${message}${schedule}`), 'FORMAT_ERROR')
  assertRefused(
    await initiate(`${message}${schedule}--edge--\r\n`, 'multipart/form-data; boundary=other'),
    'FORMAT_ERROR',
  )
})

test('the XML reader takes elements, attributes, texts and the predefined entities, and nothing else', () => {
  const parse = (text: string) => parseXml(Buffer.from(text))
  const root = parse('<?xml version="1.0" encoding="UTF-8"?>\n<a b="1&lt;2" c=\'3\'>\n <d>x &amp; &#x79;</d><e/></a>\n')
  assert.deepEqual(root.attributes, { b: '1<2', c: '3' })
  assert.deepEqual(
    root.children.map(({ name, text }) => [name, text]),
    [
      ['d', 'x & y'],
      ['e', ''],
    ],
  )
  const refused = [
    '',
    'text',
    '<a>',
    '<a></b>',
    '<a/><b/>',
    '<a>text<b/></a>',
    '<a b="1" b="2"/>',
    '<a b=1/>',
    '<a>&nbsp;</a>',
    '<a>&constructor;</a>',
    '<a>&amp</a>',
    '<a>&#0;</a>',
    '<a>&#x110000;</a>',
    '<a><![CDATA[x]]></a>',
    '<a><!-- x --></a>',
    '<a><?php x?></a>',
    '<!DOCTYPE a><a/>',
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>',
    `${'<a>'.repeat(30)}${'</a>'.repeat(30)}`,
    `<a>${'<b/>'.repeat(50_000)}</a>`,
    '<a></a >x',
    '</a>',
    '<a',
    '<?xml version="1.1"?><a/>',
  ]
  for (const text of refused) assert.throws(() => parse(text), XmlFault, text.slice(0, 60))
  assert.throws(() => parseXml(Buffer.from([0x3c, 0x61, 0x3e, 0xff, 0x3c, 0x2f, 0x61, 0x3e])), XmlFault)
})
